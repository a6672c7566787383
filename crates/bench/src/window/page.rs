//! What is done in the page, and what is looked at in it. A time ends when what it waits for has been painted: in the frame
//! after it, and once the browser has time for something else again.

use super::desk::OpenWindow;
use crate::organization::BUSY;
use crate::samples::Samples;
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// In the page.
const TOOLS: &str = "
    // From a frame: once it has been drawn, which is done before any timer. A message port is later than that by whatever the
    // page does meanwhile: in WebKit its messages go through another process.
    const after = (then) => setTimeout(then, 0);
    const painted = () => new Promise((done) => requestAnimationFrame(() => after(() => done(performance.now()))));
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const until = async (what) => {
        const end = performance.now() + 20000;
        while (!what()) { if (performance.now() > end) throw new Error(`it never came to ${what}`); await frame(); }
    };
    // When something that comes to be is on the screen: after the frame in which it is drawn, be it made before that frame or
    // still in it, by what has just been measured.
    const shows = (what) => new Promise((done, fail) => {
        const seen = () => done(performance.now());
        let drawing = false;
        let waits = true;
        const beat = () => {
            drawing = true;
            after(() => (drawing = false));
            if (waits) requestAnimationFrame(beat);
        };
        requestAnimationFrame(beat);
        const look = () => {
            if (!waits || !what()) return;
            end();
            if (drawing) after(seen);
            else requestAnimationFrame(() => after(seen));
        };
        const changes = new MutationObserver(look);
        const late = setTimeout(() => { end(); fail(new Error(`it never came to ${what}`)); }, 20000);
        const end = () => { waits = false; changes.disconnect(); clearTimeout(late); };
        changes.observe(document.body, { childList: true, subtree: true, attributes: true });
        look();
    });
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    const press = (key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    const log = () => document.querySelector('[role=log].settled');
    const grid = () => document.querySelector('[role=grid]');
    // Ends where it is wanted, when the time is up, or where nothing further comes for a while; with `turn`, which says how it
    // goes on from there, the while is short.
    const scroll = async (element, step, wanted, ms, turn) => {
        const seen = { times: [], ended: false };
        const end = performance.now() + ms;
        let last = await frame();
        let moved = last;
        while (!seen.ended && performance.now() < end) {
            const before = element().scrollTop;
            element().scrollTop += step;
            const now = await frame();
            const by = Math.abs(element().scrollTop - before);
            if (by > 0) { seen.times.push(now - last); moved = now; }
            last = now;
            seen.ended = wanted(by);
            if (now - moved <= (turn ? 300 : 2000)) continue;
            if (!turn) seen.ended = true;
            else [step, moved] = [turn(step), now];
        }
        return seen;
    };
";

/// Frames that were drawn while something scrolled.
#[derive(Debug, Default)]
pub struct Frames {
    /// How many.
    pub frames: usize,
    /// How many should have been drawn beside.
    pub dropped: usize,
    /// The longest of them.
    pub longest_ms: f64,
}

impl Frames {
    /// Of all that should have been drawn.
    pub fn dropped_percent(&self) -> f64 {
        let all = self.frames + self.dropped;
        if all == 0 { 0.0 } else { self.dropped as f64 / all as f64 * 100.0 }
    }

    fn saw(&mut self, times: &[f64]) {
        const FRAME_MS: f64 = 1_000.0 / 60.0;
        for time in times {
            self.frames += 1;
            self.dropped += ((time / FRAME_MS).round() as usize).saturating_sub(1);
            self.longest_ms = self.longest_ms.max(*time);
        }
    }
}

#[derive(Deserialize)]
struct Scrolled {
    times: Vec<f64>,
    ended: bool,
    count: usize,
}

async fn ask(window: &OpenWindow, script: &str, args: Vec<Value>) -> Result<Value> {
    window.ask(&format!("{TOOLS} return (async (...args) => {{ {script} }})(...arguments);"), args).await
}

fn samples(answer: Value) -> Result<Samples> {
    let times: Vec<f64> = serde_json::from_value(answer).context("no times")?;
    Ok(times.into_iter().collect())
}

/// From the key to the next conversation, its newest messages on screen.
pub async fn switch_chats(window: &OpenWindow, rounds: usize) -> Result<Samples> {
    let script = "
        const times = [];
        document.activeElement?.blur();
        for (let round = 0; round <= args[0]; round += 1) {
            const before = log();
            const began = performance.now();
            press('j');
            times.push(await shows(() => log() !== null && log() !== before && log().querySelector('[data-entry]') !== null) - began);
            await pause(60);
        }
        return times.slice(1);";
    samples(ask(window, script, vec![json!(rounds)]).await?)
}

/// From the click on a tab to its rows.
pub async fn switch_tabs(window: &OpenWindow, rounds: usize) -> Result<Samples> {
    let script = "
        const times = [];
        const tabs = [...document.querySelectorAll('[data-pane=list] [role=tab]')].slice(0, 2);
        const first = () => grid()?.querySelector('[data-chat]')?.dataset.chat ?? null;
        for (let round = 0; round < args[0]; round += 1) {
            const before = first();
            const began = performance.now();
            tabs[(round + 1) % 2].click();
            times.push(await shows(() => first() !== null && first() !== before) - began);
            await pause(60);
        }
        tabs[0].click();
        return times;";
    samples(ask(window, script, vec![json!(rounds)]).await?)
}

/// From a key of the keyboard to the letter on screen.
pub async fn keys(window: &OpenWindow, rounds: usize) -> Result<Samples> {
    let watch = "
        globalThis.keysToPaint = [];
        addEventListener('keydown', (event) => void painted().then((now) => keysToPaint.push(now - event.timeStamp)), true);
        named('field', 'Message')[0].focus();";
    ask(window, watch, vec![]).await?;
    for at in 0..rounds {
        let letter = char::from(b"the quick brown fox "[at % 20]);
        window.type_in("Message", &letter.to_string()).await?;
    }
    samples(ask(window, "await painted(); return keysToPaint;", vec![]).await?)
}

/// Down the longest list, as fast as a wheel turns, and up and down again until so many rows have passed. Returns how many.
pub async fn scroll_list(window: &OpenWindow, rows: usize) -> Result<(usize, Frames)> {
    window.choose("[data-pane=rail]", BUSY).await?;
    let longest = "
        await pause(500);
        document.querySelectorAll('[data-pane=list] [role=tab]')[1].click();
        await pause(500);
        document.activeElement?.blur();";
    ask(window, longest, vec![]).await?;
    let script = "
        globalThis.onWay ??= { step: 1200, passed: 0 };
        const rows = () => Math.round((onWay.passed + grid().clientHeight) / 77);
        const pass = (by) => { onWay.passed += by; return rows() >= args[0]; };
        const seen = await scroll(grid, onWay.step, pass, 15000, (step) => (onWay.step = -step));
        return { ...seen, count: rows() };";
    scrolled(window, script, rows).await
}

/// Up a thread from its end, until so many messages were passed. Returns how many.
pub async fn scroll_thread(window: &OpenWindow, entries: usize) -> Result<(usize, Frames)> {
    let script = "
        globalThis.passed ??= new Set();
        const look = () => { for (const one of log().querySelectorAll('[data-entry]')) passed.add(one.dataset.entry); return passed.size >= args[0]; };
        const seen = await scroll(log, -300, look, 15000);
        return { ...seen, count: passed.size };";
    scrolled(window, script, entries).await
}

/// A script may run for half a minute, so it is asked again and again; one that comes no further is at the end.
async fn scrolled(window: &OpenWindow, script: &str, wanted: usize) -> Result<(usize, Frames)> {
    let mut frames = Frames::default();
    let mut count = 0;
    loop {
        let seen: Scrolled = serde_json::from_value(ask(window, script, vec![json!(wanted)]).await?)?;
        frames.saw(&seen.times);
        let further = seen.count > count;
        count = count.max(seen.count);
        if seen.ended || !further {
            return Ok((count, frames));
        }
    }
}

/// The next start of the program opens this chat, as one that was on screen at the end.
pub async fn leave_at(window: &OpenWindow, chat: &str) -> Result<()> {
    let script = "await window.__TAURI_INTERNALS__.invoke('rpc', { name: 'save_last_place', args: { place: null, chat: args[0] } });";
    ask(window, script, vec![json!(chat)]).await.map(drop)
}

/// Goes to the end of the open thread, by the button that leads there.
pub async fn to_end(window: &OpenWindow) -> Result<()> {
    let script = "
        await until(() => log()?.querySelector('[data-entry]') != null);
        for (let times = 0; times < 10; times += 1) {
            await pause(300);
            const way = document.querySelector('button.edge');
            if (way === null) return;
            way.click();
        }
        throw new Error('it never came to the end of the thread');";
    ask(window, script, vec![]).await.map(drop)
}

/// When a text comes to the screen in the open thread, in milliseconds since 1970.
pub async fn arrives(window: &OpenWindow, text: &str) -> Result<f64> {
    let script = "return performance.timeOrigin + await shows(() => log()?.textContent.includes(args[0]) === true);";
    let at = ask(window, script, vec![json!(text)]).await?;
    at.as_f64().context("the page does not say when")
}

/// Waits until a thread is on screen.
pub async fn is_open(window: &OpenWindow) -> Result<()> {
    ask(window, "await until(() => log()?.querySelector('[data-entry]') != null);", vec![]).await.map(drop)
}

/// A window that somebody looks at and does nothing in.
pub async fn rest(window: &OpenWindow) -> Result<()> {
    ask(window, "document.activeElement?.blur(); log().scrollTop = log().scrollHeight;", vec![]).await.map(drop)
}
