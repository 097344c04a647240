import CLinux
import SystemPackage

extension Mapping {
  convenience init(new file: consuming OpenFile, size: Int, storage: Storage) throws(MmapFileError) {
    try self.init(file, size: size, isWritable: true, mayHaveHoles: storage == .sparse)
    allowLargePages()
  }

  /// Maps a file that exists, by its name or by another mapping of it; for writing it takes the lock.
  convenience init(
    opening path: FilePath, again original: Mapping? = nil, forWriting: Bool, isQuiet: Bool = false
  ) throws(MmapFileError) {
    let link = original.map { FilePath("/proc/self/fd/\($0.descriptor.rawValue)") }
    let file =
      forWriting
      ? try OpenFile.locked(link ?? path, path: path) : try OpenFile(link ?? path, .readOnly, path: path)
    let status = try file.requireMappable()
    // Mapping a file is an access, too.
    if isQuiet { clinux_be_quiet(file.descriptor.rawValue) }
    let size = status.type == .regular ? Int(status.size) : try file.coverage().size
    guard size > 0 else {
      if file.isMadeUp { throw OpenFile.madeUp(path) }
      throw MmapFileError(
        .emptyFile, path: path, "is empty: there is nothing to map",
        remedy: "replace it with a new file that has a size, or name one that has bytes")
    }
    // Blocks may lie behind the end, so their number proves nothing. Reserved blocks may count as a hole, which costs a
    // little time at most.
    let hole = forWriting ? clinux_first_hole(file.descriptor.rawValue) : off_t(size)
    let mayHaveHoles = status.sizeAllocated < size || hole < size
    try self.init(file, size: size, isWritable: forWriting, mayHaveHoles: mayHaveHoles, hadName: original?.hadName)
  }
}
