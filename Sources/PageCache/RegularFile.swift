import SystemPackage

extension PageCache {
  /// What fstat(2) says of a regular file.
  ///
  /// The kernel answers for pipes and devices too, with zeros that would read as "nothing is cached".
  static func regularFile(_ file: FileDescriptor) throws(UnknownReason) -> Stat {
    let status: Stat
    do { status = try file.stat() } catch { throw UnknownReason(error) }
    guard status.type == .regular else { throw .notRegular }
    return status
  }
}
