//! Where the window was, and where it may be now: a screen that was there yesterday can be gone today.

use serde::{Deserialize, Serialize};
use std::path::Path;

const FILE: &str = "window.json";
/// A longer file is not ours.
const MOST_BYTES: u64 = 4096;
/// Smallest window in which everything fits.
pub const LEAST: (u32, u32) = (1024, 700);
/// Size of a window that was never placed.
pub const NEW: (u32, u32) = (1440, 900);

/// A rectangle on the screens, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// It filled its screen; the rectangle is what it goes back to.
    #[serde(default)]
    pub maximized: bool,
}

impl Place {
    /// What was kept in the profile's directory.
    pub fn read(dir: &Path) -> Option<Self> {
        let file = dir.join(FILE);
        if file.metadata().ok()?.len() > MOST_BYTES {
            return None;
        }
        serde_json::from_slice(&std::fs::read(file).ok()?).ok()
    }

    /// Keeps it there. Written beside and renamed; lost, it costs a drag of the mouse.
    pub fn keep(&self, dir: &Path) -> std::io::Result<()> {
        let draft = dir.join("window.json.new");
        std::fs::write(&draft, serde_json::to_vec(self)?)?;
        std::fs::rename(draft, dir.join(FILE))
    }

    /// The same on the screens that there are: whole on the one where most of it is, else on the first, and not smaller
    /// than can be used unless the screen is.
    pub fn within(self, screens: &[Place]) -> Self {
        let most = screens.iter().copied().max_by_key(|screen| self.shared_with(screen));
        let Some(screen) = most.filter(|screen| self.shared_with(screen) > 0).or(screens.first().copied()) else {
            return self;
        };
        let fit = |size: u32, least: u32, room: u32| size.max(least).min(room.max(1));
        let width = fit(self.width, LEAST.0, screen.width);
        let height = fit(self.height, LEAST.1, screen.height);
        let inside = |at: i32, size: u32, from: i32, room: u32| {
            let (at, from) = (i64::from(at), i64::from(from));
            let last = from + i64::from(room) - i64::from(size);
            i32::try_from(at.min(last).max(from)).unwrap_or(0)
        };
        Self {
            x: inside(self.x, width, screen.x, screen.width),
            y: inside(self.y, height, screen.y, screen.height),
            width,
            height,
            maximized: self.maximized,
        }
    }

    /// How much of it lies on a screen.
    fn shared_with(&self, screen: &Place) -> i64 {
        let overlap = |a: i32, a_size: u32, b: i32, b_size: u32| {
            let end = (i64::from(a) + i64::from(a_size)).min(i64::from(b) + i64::from(b_size));
            (end - i64::from(a.max(b))).max(0)
        };
        overlap(self.x, self.width, screen.x, screen.width).saturating_mul(overlap(
            self.y,
            self.height,
            screen.y,
            screen.height,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: i32, y: i32, width: u32, height: u32) -> Place {
        Place { x, y, width, height, maximized: false }
    }

    const LAPTOP: Place = Place { x: 0, y: 0, width: 1280, height: 720, maximized: false };
    const WIDE: Place = Place { x: 1280, y: 0, width: 3440, height: 1440, maximized: false };

    /// C111
    #[test]
    fn a_window_that_was_on_a_screen_that_is_gone_is_whole_on_the_one_that_is_there() {
        assert_eq!(at(3000, 100, 1440, 900).within(&[LAPTOP]), at(0, 0, 1280, 720));
        assert_eq!(at(3000, 5000, 1100, 710).within(&[LAPTOP]), at(180, 10, 1100, 710));
        assert_eq!(at(-4000, -4000, 1100, 710).within(&[LAPTOP]), at(0, 0, 1100, 710));
    }

    #[test]
    fn a_window_stays_where_it_is_where_that_can_be() {
        let there = at(1500, 200, 1440, 900);
        assert_eq!(there.within(&[LAPTOP, WIDE]), there);
        let between = at(1200, 0, 1440, 700);
        assert_eq!(between.within(&[LAPTOP, WIDE]), at(1280, 0, 1440, 700), "on the one where most of it is");
    }

    #[test]
    fn nothing_that_stands_in_the_file_makes_a_window_that_cannot_be_used() {
        for odd in [at(0, 0, 0, 0), at(i32::MAX, i32::MIN, u32::MAX, u32::MAX), at(i32::MIN, i32::MAX, 1, u32::MAX)] {
            let there = odd.within(&[LAPTOP, WIDE]);
            let on = if there.x < 1280 { LAPTOP } else { WIDE };
            assert!(there.width >= 1024 && there.height >= 700, "{there:?}");
            assert!(there.x >= on.x && there.y >= on.y, "{there:?}");
            assert!(there.x as i64 + i64::from(there.width) <= i64::from(on.x) + i64::from(on.width), "{there:?}");
            assert!(there.y as i64 + i64::from(there.height) <= i64::from(on.y) + i64::from(on.height), "{there:?}");
        }
        assert_eq!(at(5, 5, 5, 5).within(&[]), at(5, 5, 5, 5), "no screen says anything");
    }

    #[test]
    fn a_place_is_kept_and_a_damaged_one_forgotten() {
        let tmp = tempfile::tempdir().unwrap();
        assert_eq!(Place::read(tmp.path()), None);
        let place = Place { maximized: true, ..at(1, 2, 1300, 800) };
        place.keep(tmp.path()).unwrap();
        assert_eq!(Place::read(tmp.path()), Some(place));
        for damaged in ["", "{", "{\"x\": 1e99}", "[]"] {
            std::fs::write(tmp.path().join(FILE), damaged).unwrap();
            assert_eq!(Place::read(tmp.path()), None, "{damaged}");
        }
    }
}
