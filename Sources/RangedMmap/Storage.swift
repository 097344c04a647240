/// How a new file gets its blocks.
///
/// A file that is opened, and not created, counts as sparse when it has fewer blocks than bytes.
public enum Storage: Sendable {
  /// All blocks are reserved when the file is made: a full disk is an error then, and not at a store.
  ///
  /// The system call is fallocate(2). A file system without it is a `system` error: ask for `sparse` there. One that
  /// copies on write may still need new blocks for a page that is written a second time; see <doc:SurvivingFaults>.
  case preallocated
  /// Blocks are found when a page is first written.
  ///
  /// Every write makes its pages present first, so that a full disk is an error of that write and not the end of the
  /// process: one madvise(2) with `MADV_POPULATE_WRITE`. Before Linux 5.14, which has no such call, the fault of the
  /// store is turned into an error.
  case sparse
}
