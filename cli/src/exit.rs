//! Exit codes, so that scripts need not read words.

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Everything that was asked for is done.
    Done = 0,
    Failed = 1,
    /// The command line, or what was sent because of it, cannot be used.
    Usage = 2,
    NotAuthenticated = 4,
    /// The token may not do this, or the plan's limit is reached.
    Forbidden = 5,
    NotFound = 6,
    RateLimited = 7,
    PartlyDone = 8,
    /// Committed and not yet effective on the whole edge, or the API is out of reach.
    Pending = 9,
    /// Ctrl-C, as shells report it: 128 and the signal's number.
    Interrupted = 130,
}

/// The table of the help page.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done                      6  not found
  1  failed                    7  rate limited
  2  usage                     8  partly done
  4  not authenticated         9  pending, or the API is out of reach
  5  forbidden or plan limit   130  interrupted";

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
