//! A client's half, message by message.
