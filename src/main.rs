//! 帮办, one program: parse the arguments, run, print the error, set the exit code.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = bangban::cli::Args::parse();
    match bangban::cli::run(args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bangban: {error:#}");
            ExitCode::FAILURE
        }
    }
}
