//! `deskbell-window`: the window, as a program of its own. `deskbell` starts it and tells it what to do; it knows no more of
//! Deskbell than how a window is shown, and passes on what its page asks.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

#[cfg(target_os = "linux")]
mod caret;
#[cfg(target_os = "linux")]
mod context_menu;
mod frame;
mod goodbye;
#[cfg(target_os = "linux")]
mod language;
mod paper;
mod place;
mod program;
#[cfg(target_os = "linux")]
mod revive;
#[cfg(target_os = "linux")]
mod thrift;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use deskbell::wire::FromWindow;
use frame::Frame;
use program::{Orders, Program};
use tauri::{Manager, RunEvent, WindowEvent};

fn main() -> ExitCode {
    deskbell::start_log();
    let Some(profile) = std::env::args_os().nth(1).map(PathBuf::from).filter(|profile| profile.is_dir()) else {
        eprintln!("deskbell-window: this is the window of Deskbell; start deskbell");
        return ExitCode::FAILURE;
    };
    match program::connect() {
        Ok((program, orders)) => run(&profile, &Arc::new(program), orders),
        Err(error) => {
            eprintln!("deskbell-window: nobody tells this window what to do ({error}); start deskbell");
            ExitCode::FAILURE
        }
    }
}

fn run(profile: &std::path::Path, program: &Arc<Program>, orders: Orders) -> ExitCode {
    #[cfg(target_os = "linux")]
    {
        thrift::prepare();
        // The desktop shows one program, and knows it by this name.
        gtk::glib::set_prgname(Some("deskbell"));
        if gtk::init().is_err() {
            program.say(&FromWindow::NoDisplay);
            return ExitCode::FAILURE;
        }
        end_in_order(program);
    }
    let asks = Arc::clone(program);
    let built = tauri::Builder::default()
        .manage(Frame::of(profile))
        .invoke_handler(move |invoke| asks.ask(invoke))
        .build(tauri::generate_context!());
    let app = match built {
        Ok(app) => app,
        Err(error) => {
            program.say(&FromWindow::Failed(error.to_string()));
            return ExitCode::FAILURE;
        }
    };
    orders.follow(app.handle().clone(), Arc::clone(program));

    let program = Arc::clone(program);
    app.run(move |app, event| match event {
        RunEvent::WindowEvent { event: WindowEvent::Moved(_) | WindowEvent::Resized(_), .. } => {
            app.state::<Frame>().look_at_place(app);
        }
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } => {
            api.prevent_close();
            program.say(&FromWindow::Close);
        }
        // Without a code it is the toolkit's idea, not ours: what was clicked last still has to be stored.
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            program.say(&FromWindow::Quit);
        }
        _ => {}
    });
    ExitCode::SUCCESS
}

/// The end of the session, or Ctrl+C in a terminal: the page is to say goodbye before.
#[cfg(target_os = "linux")]
fn end_in_order(program: &Arc<Program>) {
    const HANG_UP: i32 = 1;
    const INTERRUPT: i32 = 2;
    const TERMINATE: i32 = 15;
    for signal in [HANG_UP, INTERRUPT, TERMINATE] {
        let program = Arc::clone(program);
        gtk::glib::unix_signal_add_local(signal, move || {
            program.say(&FromWindow::Quit);
            gtk::glib::ControlFlow::Continue
        });
    }
}
