//! The floor of commits that wait together.

use super::{Bare, args};
use crate::{
    data,
    failure::{Failure, check},
    group_commit::{GROUPS, ROUNDS, rounds, with_group},
    place::Place,
    sample::Samples,
    scenario::Host,
};

/// Per event: savepoint, insert of the todo, update of the head, release. Per group: begin, an insert into the log for
/// each event, commit; the log is where the scenario's is, and as durable.
pub(crate) fn group_commit(host: &dyn Host) -> Result<Samples, Failure> {
    let place = Place::new()?;
    let bare = Bare::with_log(place.database()?)?;
    let mut writer = bare.writer()?;
    let mut samples = Samples::default();
    let mut committed = 0;
    for group in GROUPS {
        let todos = data::todos(committed..committed + group * ROUNDS);
        committed += todos.len();
        let args = args(&todos);
        let rounds = rounds(todos, group);

        let start = host.now();
        for (todos, args) in rounds.iter().zip(args.chunks(group)) {
            for todo in todos {
                writer.write(&[], 1, |writer, _| writer.insert_todo(todo))?;
            }
            writer.append(&[], "v1.TodoCreated", args)?;
        }
        samples = with_group(samples, group, host.now() - start);
    }
    drop(writer);
    check("rows of todos", bare.todos()?, committed)?;
    check("events in the log", bare.events()?, committed)?;
    Ok(samples)
}
