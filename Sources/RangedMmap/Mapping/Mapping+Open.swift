import CLinux
import SystemPackage

// How a mapping comes to be: from a new file, or from one that exists.

extension Mapping {
  /// Maps a file that was just made.
  convenience init(new file: consuming OpenFile, size: Int, storage: Storage) throws(MmapFileError) {
    try self.init(file, size: size, isWritable: true, mayHaveHoles: storage == .sparse)
    allowLargePages()
  }

  /// Maps a file that exists; for writing it takes the lock, for reading it takes none and disturbs nobody.
  ///
  /// - Parameters:
  ///   - path: Its name.
  ///   - original: A mapping of the same file, for a file that may have another name by now, or none.
  ///   - forWriting: Whether it is to be written.
  ///   - isQuiet: Whether reading is to leave no trace; see `clinux_be_quiet`.
  /// - Throws: Why it can't be opened or mapped.
  convenience init(
    opening path: FilePath, again original: Mapping? = nil, forWriting: Bool, isQuiet: Bool = false
  ) throws(MmapFileError) {
    let link = original.map { FilePath("/proc/self/fd/\($0.descriptor.rawValue)") }
    let file =
      forWriting
      ? try OpenFile.locked(link ?? path, path: path) : try OpenFile(link ?? path, .readOnly, path: path)
    let status = try file.requireMappable()
    // To map a file is an access, too.
    if isQuiet { clinux_be_quiet(file.descriptor.rawValue) }
    // A device has a size that no status tells.
    let size = status.type == .regular ? Int(status.size) : try file.coverage().size
    guard size > 0 else {
      if file.isMadeUp { throw OpenFile.madeUp(path) }
      throw MmapFileError(
        .emptyFile, path: path, "is empty: there is nothing to map",
        remedy: "replace it with a new file that has a size, or name one that has bytes")
    }
    // Blocks may lie behind the end as well. A file system may call blocks a hole that are only reserved, which costs a
    // little time at most.
    let hole = forWriting ? clinux_first_hole(file.descriptor.rawValue) : off_t(size)
    let mayHaveHoles = status.sizeAllocated < size || hole < size
    try self.init(
      file, size: size, isWritable: forWriting, mayHaveHoles: mayHaveHoles, hadName: original?.hadName)
  }
}
