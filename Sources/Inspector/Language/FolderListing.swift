import Glibc

/// The names in folders, for completion.
enum FolderListing {
  /// The paths that begin with what is typed, folders with a slash at their end.
  ///
  /// They are sorted, and relative to `folder` if what is typed is; hidden names only after a dot.
  static func paths(startingWith typed: String, in folder: String) -> [String] {
    let nameStart = typed.lastIndex(of: "/").map { typed.index(after: $0) } ?? typed.startIndex
    let (parent, beginning) = (typed[..<nameStart], typed[nameStart...])
    let place = parent.hasPrefix("/") ? String(parent) : folder + "/" + parent
    // SAFETY: opendir(3) gives a stream of our own or nil; it is closed below and not used after.
    guard let stream = unsafe opendir(place) else { return [] }
    defer { unsafe closedir(stream) }
    var paths: [String] = []
    // SAFETY: the entry is valid until the next readdir(3), and its name, which ends with a zero, is copied before.
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let name, name != ".", name != "..", name.hasPrefix(beginning),
        beginning.hasPrefix(".") || !name.hasPrefix(".")
      else { continue }
      let isFolder = unsafe isFolder(place + "/" + name, Int32(entry.pointee.d_type))
      paths.append(parent + name + (isFolder ? "/" : ""))
    }
    return paths.sorted()
  }

  private static func isFolder(_ path: String, _ type: Int32) -> Bool {
    // DT_DIR, DT_LNK and DT_UNKNOWN of readdir(3); only links and file systems without types need a stat.
    guard type == 10 || type == 0 else { return type == 4 }
    var info = stat()
    // SAFETY: fills the structure that it is given.
    return unsafe stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }
}
