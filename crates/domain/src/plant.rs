//! Faults that a simulator can plant, to prove that it would find them: each switches one rule off, or is a slip that a
//! good engineer could make. Without the feature `simulation`, which no shipped program has, [`planted`] is `false` and
//! the compiler takes every one of them out.

macro_rules! plants {
    ($($name:ident $word:literal $what:literal;)*) => {
        /// A fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Plant {$(
            #[doc = $what]
            $name,
        )*}

        impl Plant {
            /// All of them.
            pub const ALL: &'static [Plant] = &[$(Plant::$name,)*];

            /// Its name on a command line.
            pub fn as_str(self) -> &'static str {
                match self {$(Plant::$name => $word,)*}
            }

            /// What is wrong with it.
            pub fn what(self) -> &'static str {
                match self {$(Plant::$name => $what,)*}
            }
        }
    };
}

plants! {
    S1Sequence "s1-sequence" "S1 off: a batch may begin at a sequence number that was read before the last commit";
    S2Cursor "s2-cursor" "S2 off: a page is applied wherever it begins";
    S3Epoch "s3-epoch" "S3 off: a changed epoch does not boot the scope again";
    S4Grants "s4-grants" "S4 off: rows of scopes that are not granted are kept";
    S5Newer "s5-newer" "S5 off: an older row overwrites a newer one";
    S6Tombstones "s6-tombstones" "S6 off: what was deleted while a scope boots comes back with a late page";
    S7Nonce "s7-nonce" "S7 off: pages of an earlier boot are taken for the present one's";
    S8Settled "s8-settled" "S8 off: a command is dropped when the hub answers, before its rows are here";
    S9Once "s9-once" "S9 off: the hub does not look whether it knows a command's identifier";
    S11Moved "s11-moved" "S11 off: a row that changes its scope is announced in the old one only";
    S12Gaps "s12-gaps" "S12 off: the numbers of a device must have no gaps";
    S13History "s13-history" "S13 off: the hub does not look whether it has the history that a client has seen";
    S14Hint "s14-hint" "S14 off: what the hint phase brought is left out by the full pass";
    S15Rebase "s15-rebase" "S15 off: a pending command that the rules refuse now is refused by the client";
    S16Alias "s16-alias" "S16 off: what was made twice gets no alias";
    S17Bytes "s17-bytes" "S17 off: a newer program writes the outbox anew in its own version";
    S18Identity "s18-identity" "S18 off: *Send anyway* sends the same command again";
    LaneSkips "lane-skips" "A failed batch is put behind what was written later";
    ShadowForgotten "shadow-forgotten" "An assignment keeps no confirmed row behind the visible one";
    TombstoneNotStrict "tombstone-not-strict" "A tombstone rejects what is as new as itself";
    DraftKey "draft-key" "The draft of a chat that was joined stays under the identifier that lost";
    IndexForgotten "index-forgotten" "A deleted message stays in the search index";
    EarlyEvent "early-event" "The event stream hears of a commit before it is durable";
    CursorApart "cursor-apart" "The cursor is written in a transaction of its own, before the rows";
    MarkKept "mark-kept" "A commit keeps the mark of the one before";
    EndWipesNewer "end-wipes-newer" "The end of a boot removes what the feed brought while it ran";
    DependsForgotten "depends-forgotten" "A close does not wait for the reply before it";
    ReadBack "read-back" "A late read position moves back";
    SentUnmarked "sent-unmarked" "What goes to the hub is not marked as sent before it goes";
    ResyncForgotten "resync-forgotten" "A client whose cursor is too old goes on at the head without loading again";
    LowSeqOff "low-seq-off" "A hub that has forgotten tombstones serves a cursor that is one too old";
    RestoredForgotten "restored-forgotten" "After a restore of the hub, own messages that it lost are not kept";
    BatchBlind "batch-blind" "A command does not see what an earlier one of its batch has done";
}

impl std::str::FromStr for Plant {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Plant::ALL.iter().copied().find(|plant| plant.as_str() == s);
        found.ok_or_else(|| format!("{s} is not the name of a plant: `all` tries every one of them"))
    }
}

/// Whether this fault is planted on this thread.
#[inline(always)]
#[cfg(not(feature = "simulation"))]
pub fn planted(_: Plant) -> bool {
    false
}

/// Whether this fault is planted on this thread.
#[cfg(feature = "simulation")]
pub fn planted(plant: Plant) -> bool {
    active::PLANT.get() == Some(plant)
}

/// Plants a fault on this thread, or none.
#[cfg(feature = "simulation")]
pub fn plant(plant: Option<Plant>) {
    active::PLANT.set(plant);
}

#[cfg(feature = "simulation")]
mod active {
    thread_local! {
        pub static PLANT: std::cell::Cell<Option<super::Plant>> = const { std::cell::Cell::new(None) };
    }
}
