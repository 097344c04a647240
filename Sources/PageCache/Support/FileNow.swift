import CLinux
package import SystemPackage

extension PageCache {
  /// How long an open file is now, in bytes; a block device has its own size.
  package static func size(of file: FileDescriptor) throws(PageCacheError) -> Int {
    Int(clamping: try coverage(of: file).size)
  }

  static func coverage(of file: FileDescriptor) throws(PageCacheError) -> clinux_coverage {
    var coverage = clinux_coverage()
    // SAFETY: the call fills the structure that it is given.
    try PageCacheError.check(unsafe clinux_cover(file.rawValue, &coverage))
    return coverage
  }

  /// The numbers of an open file, of its file system's device and of its inode, by a query that leaves no trace.
  package static func identity(
    of file: FileDescriptor
  ) throws(PageCacheError) -> (device: (major: UInt32, minor: UInt32), inode: UInt64) {
    var raw = clinux_identity()
    // SAFETY: the call fills the structure that it is given.
    try PageCacheError.check(unsafe clinux_identity(file.rawValue, "", 0, &raw))
    return ((raw.major, raw.minor), raw.inode)
  }

  /// Whether an open file is a block device.
  package static func isDevice(_ file: FileDescriptor) throws(PageCacheError) -> Bool { try PagedFile(file).isDevice }

  /// Whether holes have no dirty pages: not so where a server reports holes, which knows nothing of what the kernel has
  /// yet to send (`fuse_lseek` in fs/fuse/file.c), and not known of every file system.
  package static func holesHaveNoPages(_ file: FileDescriptor) throws(PageCacheError) -> Bool {
    try !PagedFile(file).traits.contains(.mayPassThrough)
  }

  /// When an open file was last written, as its file system has it, after the start of 1970.
  ///
  /// A store into a mapping counts when it makes a clean page dirty. The query makes ext4 journal new times at the next
  /// write (`fill_mg_cmtime` in fs/stat.c, Linux 6.13), so it is for one query, and not for repeated samples.
  package static func modified(_ file: FileDescriptor) throws(PageCacheError) -> Duration {
    var nanoseconds: Int64 = 0
    // SAFETY: the call fills the number that it is given.
    let code = unsafe clinux_modified(file.rawValue, &nanoseconds)
    try PageCacheError.check(code)
    return .nanoseconds(nanoseconds)
  }

  /// When an open file was made, in nanoseconds after the start of 1970; 0 where its file system keeps no such time.
  ///
  /// It distinguishes a file from a deleted one whose inode number it has.
  package static func born(_ file: FileDescriptor) -> Int64 { clinux_born(file.rawValue) }
}
