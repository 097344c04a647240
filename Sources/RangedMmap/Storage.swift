/// How a new file gets its blocks.
public enum Storage: Sendable {
  /// All blocks are reserved when the file is made (`fallocate`): a full disk is an error then, and not later.
  case preallocated
  /// Blocks are found when a page is first written. Each such write makes its pages present first
  /// (`MADV_POPULATE_WRITE`), so that a full disk is an error of that write and not the end of the process.
  case sparse
}
