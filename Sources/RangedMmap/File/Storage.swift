/// How a new file gets its blocks.
///
/// A file that is opened, and not created, counts as sparse when it has fewer blocks than bytes.
public enum Storage: Sendable {
  /// All blocks are reserved when the file is made: a full disk is an error then, and not at a store.
  ///
  /// The system call is fallocate(2). A file system without it is a `cannotReserve` error: use `sparse` there. One that
  /// copies on write may still need new blocks for a page that is written a second time; see <doc:SurvivingFaults>.
  /// So does one that was punched: ``MmapFile/punch(_:)``.
  case preallocated
  /// Blocks are found when a page is first written.
  ///
  /// A full disk is an error of that write and not the end of the process; see <doc:SurvivingFaults>.
  case sparse
}
