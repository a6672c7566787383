//! Where the window is between shown and gone.
//!
//! A window that is closed to the tray is ended after a while: it and its processes are most of what Deskbell holds in memory,
//! for something that nobody sees. Whatever leads back to it makes it again.

/// What has become of it.
#[derive(Debug)]
pub struct Life {
    stage: Stage,
    /// Grows with every showing, hiding and end, so that who has waited knows whether it still holds.
    turn: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    Shown,
    Hidden,
    /// Its end has begun. `wanted`: somebody has asked for it meanwhile.
    Going {
        wanted: bool,
    },
    Gone,
}

/// What it takes to have the window in front.
#[derive(Debug, PartialEq, Eq)]
pub enum Way {
    /// It is there.
    Raise,
    /// It is to be made.
    Make,
    /// It is about to be gone, and is made then.
    Wait,
}

/// What was the end of it.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// It was given up.
    GivenUp,
    /// It was given up, and is wanted again.
    Wanted,
    /// It went by itself while nobody saw it.
    DiedHidden,
    /// It went by itself before somebody's eyes.
    Died,
}

impl Life {
    /// It is not there yet.
    pub fn begins() -> Self {
        Self { stage: Stage::Gone, turn: 0 }
    }

    /// Whether the person can see it.
    pub fn is_shown(&self) -> bool {
        self.stage == Stage::Shown
    }

    /// It is wanted in front.
    pub fn show(&mut self) -> Way {
        self.turn += 1;
        let way = match self.stage {
            Stage::Shown | Stage::Hidden => Way::Raise,
            Stage::Gone => Way::Make,
            Stage::Going { .. } => {
                self.stage = Stage::Going { wanted: true };
                return Way::Wait;
            }
        };
        self.stage = Stage::Shown;
        way
    }

    /// It is hidden. Returns the turn by which it is known whether that still holds.
    pub fn hide(&mut self) -> u64 {
        self.turn += 1;
        match self.stage {
            Stage::Shown => self.stage = Stage::Hidden,
            Stage::Going { .. } => self.stage = Stage::Going { wanted: false },
            Stage::Hidden | Stage::Gone => {}
        }
        self.turn
    }

    /// Nothing has happened to it since then.
    pub fn is_as_of(&self, turn: u64) -> bool {
        self.turn == turn
    }

    /// Its end begins, if it is hidden since then.
    pub fn begin_to_go(&mut self, turn: u64) -> bool {
        let goes = self.is_as_of(turn) && self.stage == Stage::Hidden;
        if goes {
            self.stage = Stage::Going { wanted: false };
        }
        goes
    }

    /// There is no window any more. Returns why, and the turn that begins.
    pub fn gone(&mut self) -> (End, u64) {
        self.turn += 1;
        let end = match std::mem::replace(&mut self.stage, Stage::Gone) {
            Stage::Going { wanted: true } => End::Wanted,
            Stage::Going { wanted: false } | Stage::Gone => End::GivenUp,
            Stage::Hidden => End::DiedHidden,
            Stage::Shown => End::Died,
        };
        (end, self.turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Life {
        let mut life = Life::begins();
        assert_eq!(life.show(), Way::Make);
        life
    }

    #[test]
    fn a_hidden_window_is_given_up_and_made_again() {
        let mut life = shown();
        let turn = life.hide();
        assert!(life.is_as_of(turn) && life.begin_to_go(turn));
        assert_eq!(life.gone().0, End::GivenUp);
        assert_eq!(life.show(), Way::Make);
        assert_eq!(life.show(), Way::Raise);
        assert!(life.is_shown());
    }

    #[test]
    fn who_comes_back_in_time_finds_the_page_as_it_was() {
        let mut life = shown();
        let turn = life.hide();
        assert_eq!(life.show(), Way::Raise);
        let again = life.hide();
        assert!(!life.begin_to_go(turn), "what waited since the first time");
        assert!(life.begin_to_go(again));
    }

    #[test]
    fn who_comes_back_while_it_goes_has_it_made_as_soon_as_it_is_gone() {
        let mut life = shown();
        let turn = life.hide();
        assert!(life.begin_to_go(turn));
        assert_eq!(life.show(), Way::Wait);
        assert_eq!(life.gone().0, End::Wanted);
        assert_eq!(life.show(), Way::Make);
    }

    #[test]
    fn who_thinks_better_of_it_while_it_goes_does_not_have_it_made() {
        let mut life = shown();
        let turn = life.hide();
        assert!(life.begin_to_go(turn));
        life.show();
        life.hide();
        assert_eq!(life.gone().0, End::GivenUp);
    }

    #[test]
    fn a_window_that_goes_by_itself_was_not_given_up() {
        let mut life = shown();
        let (end, turn) = life.gone();
        assert_eq!(end, End::Died);
        assert!(!life.is_shown() && life.is_as_of(turn));
        assert_eq!(life.show(), Way::Make, "who asks for it does not wait until it is made by itself");
        assert!(!life.is_as_of(turn));
        life.hide();
        assert_eq!(life.gone().0, End::DiedHidden);
    }
}
