import CLinux
import Glibc
import SystemPackage

extension Mapping {
  convenience init(new file: consuming OpenFile, size: Int, storage: Storage) throws(MmapFileError) {
    try self.init(file, size: size, isWritable: true, mayHaveHoles: storage == .sparse)
    allowLargePages()
  }

  /// Maps a file that exists; for writing it takes the lock.
  convenience init(opening path: FilePath, forWriting: Bool, isQuiet: Bool = false) throws(MmapFileError) {
    let file = forWriting ? try OpenFile.locked(path, path: path) : try OpenFile(path, .readOnly, path: path)
    // Mapping a file is an access, too.
    if isQuiet { clinux_be_quiet(file.descriptor.rawValue) }
    try self.init(existing: file, path: path, forWriting: forWriting, hadName: nil)
  }

  /// Maps the file of a mapping that does not write, at the size that it has now.
  ///
  /// It has the same open file, which is not closed in between: ext4 writes a file's pages back when any of its open files
  /// is closed after it was truncated to nothing (`ext4_release_file` in fs/ext4/file.c).
  convenience init(again original: Mapping) throws(MmapFileError) {
    precondition(!original.isWritable, "closing another descriptor of it would give up its lock")
    let copy = fcntl(original.descriptor.rawValue, F_DUPFD_CLOEXEC, 0)
    guard copy != -1 else { throw .system(Errno(rawValue: errno), original.path, "can't open the file once more") }
    let file = OpenFile(FileDescriptor(rawValue: copy), path: original.path)
    try self.init(existing: file, path: original.path, forWriting: false, hadName: original.hadName)
  }

  private convenience init(
    existing file: consuming OpenFile, path: FilePath, forWriting: Bool, hadName: Bool?
  ) throws(MmapFileError) {
    let status = try file.requireMappable()
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
    try self.init(file, size: size, isWritable: forWriting, mayHaveHoles: mayHaveHoles, hadName: hadName)
  }
}
