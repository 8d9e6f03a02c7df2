//! How much load there is.

/// How much load there is.
pub(crate) struct Options {
    pub(crate) stores: usize,
    pub(crate) clients: usize,
    pub(crate) seconds: u64,
    pub(crate) idle: usize,
    pub(crate) batch: u64,
    pub(crate) storage: Option<String>,
    pub(crate) server: String,
}

impl Options {
    pub(crate) fn from_arguments() -> Self {
        let mut options = Self {
            stores: 4,
            clients: 5,
            seconds: 10,
            idle: 2000,
            batch: 100,
            storage: None,
            server: env!("CARGO_BIN_EXE_livestore-server").to_owned(),
        };
        // Cargo adds `--bench`.
        let mut arguments = std::env::args()
            .skip(1)
            .filter(|argument| argument != "--bench");
        while let Some(name) = arguments.next() {
            let value = arguments
                .next()
                .unwrap_or_else(|| panic!("{name} needs a value"));
            let number = || {
                value
                    .parse::<u64>()
                    .unwrap_or_else(|_| panic!("{name} needs a number"))
            };
            match &*name {
                "--stores" => options.stores = number() as usize,
                "--clients" => options.clients = number() as usize,
                "--seconds" => options.seconds = number(),
                "--idle" => options.idle = number() as usize,
                "--batch" => options.batch = number(),
                "--storage" => options.storage = Some(value),
                "--server" => options.server = value,
                _ => panic!("{name} is not known"),
            }
        }
        options
    }
}
