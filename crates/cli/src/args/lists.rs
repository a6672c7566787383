//! What names a list and chooses in it.

use clap::{ArgGroup, ValueEnum};

#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("place").required(true))]
pub(crate) struct PlaceArgs {
    /// An inbox, by id or name
    #[arg(long, group = "place", value_name = "INBOX")]
    pub(crate) inbox: Option<String>,
    /// A channel of an inbox, by id or name
    #[arg(long, group = "place", value_name = "CHANNEL")]
    pub(crate) channel: Option<String>,
    /// One of your texting numbers, by id or name
    #[arg(long, group = "place", value_name = "NUMBER")]
    pub(crate) number: Option<String>,
    /// The direct chats
    #[arg(long, group = "place")]
    pub(crate) direct: bool,
    /// The team chats
    #[arg(long, group = "place")]
    pub(crate) team: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Which conversations
    #[arg(long, value_enum, default_value_t = TabArg::Open)]
    pub(crate) tab: TabArg,
    /// Whose of the open ones
    #[arg(long, value_enum, default_value_t = SegmentArg::All)]
    pub(crate) segment: SegmentArg,
    /// With --segment me: those in which you take part, whoever has them now, open and closed
    #[arg(long)]
    pub(crate) with_me: bool,
    /// Only some; archived = closed and archived ones, whatever the tab
    #[arg(long, value_enum, default_value_t = FilterArg::All)]
    pub(crate) filter: FilterArg,
    /// In which order; conversations: by when they were closed, else created
    #[arg(long, value_enum, default_value_t = SortArg::RecentMessages)]
    pub(crate) sort: SortArg,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ViewArgs {
    /// The tab
    #[arg(long, value_enum)]
    pub(crate) tab: Option<TabArg>,
    /// The segment
    #[arg(long, value_enum)]
    pub(crate) segment: Option<SegmentArg>,
    /// Within *Me*, those in which you take part
    #[arg(long, value_name = "YES")]
    pub(crate) with_me: Option<bool>,
    /// The filter
    #[arg(long, value_enum)]
    pub(crate) filter: Option<FilterArg>,
    /// The order of the open ones
    #[arg(long, value_enum)]
    pub(crate) sort_open: Option<SortArg>,
    /// The order of the closed ones
    #[arg(long, value_enum)]
    pub(crate) sort_closed: Option<SortArg>,
    /// The order of the archived ones
    #[arg(long, value_enum)]
    pub(crate) sort_archived: Option<SortArg>,
}

/// Words of the command line, which are those of the core with dashes.
macro_rules! words {
    ($($name:ident { $($word:ident)* })*) => {$(
        #[derive(Debug, Clone, Copy, ValueEnum)]
        pub(crate) enum $name {
            $($word,)*
        }

        impl $name {
            /// The word of the core.
            pub(crate) fn word(self) -> String {
                self.to_possible_value().map(|value| value.get_name().replace('-', "_")).unwrap_or_default()
            }
        }
    )*};
}

words! {
    TabArg { Open Closed Archived }
    SegmentArg { All Me Others Unassigned }
    FilterArg { All Unread Archived }
    SortArg { RecentMessages OldestMessages RecentConversations OldestConversations }
}
