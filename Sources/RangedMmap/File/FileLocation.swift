import CLinux
import Glibc
import SystemPackage

/// A name in an open folder.
///
/// The folder stays the same, whatever becomes of its own name, and need not be readable (`O_PATH`). A file beside it
/// may have a longer name than a path has room for.
package struct FileLocation: ~Copyable {
  private let folder: FileDescriptor
  private let name: FilePath

  /// Opens the folder in which a path's last name stands, or the last name of the links that it is.
  package init(of path: FilePath, followsLinks: Bool = true) throws(Errno) {
    var (folder, name) = try Self.open(path, from: FileDescriptor(rawValue: AT_FDCWD))
    // As many as the kernel follows (`MAXSYMLINKS` in include/linux/namei.h).
    for _ in 0..<40 {
      guard followsLinks, let target = name.linkTarget(in: folder) else {
        (self.folder, self.name) = (folder, name)
        return
      }
      let before = folder
      defer { try? before.close() }
      (folder, name) = try Self.open(target, from: before)
    }
    try? folder.close()
    throw .tooManySymbolicLinkLevels
  }

  deinit { try? folder.close() }

  private static func open(_ path: FilePath, from start: FileDescriptor) throws(Errno) -> (FileDescriptor, FilePath) {
    let name = path.lastComponent.map { FilePath(root: nil, components: $0) } ?? "."
    return (try openAt(start, path.folder, O_DIRECTORY | Int32(CLINUX_O_PATH)), name)
  }
}

private func openAt(
  _ folder: FileDescriptor, _ name: FilePath, _ flags: Int32, _ permissions: FilePermissions = []
) throws(Errno) -> FileDescriptor {
  var descriptor: Int32 = -1
  // SAFETY: the name is a C string for the length of the call, which fills the integer.
  let code = unsafe name.withPlatformString {
    unsafe clinux_open_at(folder.rawValue, $0, flags, permissions.rawValue, &descriptor)
  }
  try Errno.check(code)
  return FileDescriptor(rawValue: descriptor)
}

extension FileLocation {
  /// What the name itself leads to; `nil` if that can't be known.
  var status: Stat? { try? Stat(name, relativeTo: folder, flags: .symlinkNoFollow) }

  /// Opens the regular file of this name; throws `noSuchFileOrDirectory` if it is no regular file by now.
  package func open(_ mode: FileDescriptor.AccessMode) throws(Errno) -> FileDescriptor {
    guard let file = try FileDescriptor.openMappable(name, in: folder, mode, O_NOFOLLOW).file else {
      throw .noSuchFileOrDirectory
    }
    return file
  }

  func leads(to file: FileDescriptor) -> Bool {
    // SAFETY: the name is a C string for the length of the call.
    unsafe name.withPlatformString {
      unsafe clinux_leads_to(folder.rawValue, $0, AT_SYMLINK_NOFOLLOW, file.rawValue)
    }
  }
}

extension FileLocation {
  /// Throws if the process may not make files there: faccessat(2).
  package func checkFolder() throws(Errno) {
    // SAFETY: the literal is a C string.
    if let failure = Errno.failure(of: { unsafe faccessat(folder.rawValue, ".", W_OK | X_OK, 0) }) { throw failure }
  }

  /// Whether the kernel makes up the folder's files.
  var isMadeUp: Bool { clinux_is_made_up(folder.rawValue) }

  /// Makes a file beside it that was not there before.
  func make(
    _ name: FilePath, _ mode: FileDescriptor.AccessMode, _ permissions: FilePermissions
  ) throws(Errno) -> FileDescriptor {
    try openAt(folder, name, mode.rawValue | O_CREAT | O_EXCL, permissions)
  }

  /// Gives a file beside it this name, if it is free, or still that of the open file that is replaced.
  func put(_ other: FilePath, replacing old: FileDescriptor?) throws(Errno) {
    // SAFETY: the C strings live as long as the closures.
    let code = unsafe other.withPlatformString { from in
      unsafe name.withPlatformString { unsafe clinux_put_in_place(folder.rawValue, from, $0, old?.rawValue ?? -1) }
    }
    try Errno.check(code)
  }

  func remove(_ name: FilePath) {
    // SAFETY: the name is a C string for the length of the call.
    _ = unsafe name.withPlatformString { unsafe unlinkat(folder.rawValue, $0, 0) }
  }

  func openFolder() throws(Errno) -> FileDescriptor { try openAt(folder, ".", O_RDONLY | O_DIRECTORY) }
}

extension FileDescriptor {
  /// Opens a regular file, or a block device for reading; `nil` and the type for anything else, which is not opened.
  static func openMappable(
    _ name: FilePath, in folder: FileDescriptor = FileDescriptor(rawValue: AT_FDCWD), _ mode: AccessMode,
    _ flags: Int32 = 0
  ) throws(Errno) -> (file: FileDescriptor?, type: FileType) {
    var (descriptor, kind) = (Int32(-1), CInterop.Mode())
    // SAFETY: the name is a C string for the length of the call, which fills both integers.
    let code = unsafe name.withPlatformString {
      unsafe clinux_open_mappable(folder.rawValue, $0, mode.rawValue | flags, &descriptor, &kind)
    }
    try Errno.check(code)
    return (descriptor == -1 ? nil : FileDescriptor(rawValue: descriptor), FileMode(rawValue: kind).type)
  }
}

extension FilePath {
  package var folder: FilePath {
    let folder = removingLastComponent()
    return folder.isEmpty ? "." : folder
  }

  /// Where a link leads to, without following it; `nil` for what is no link.
  func linkTarget(in folder: FileDescriptor = FileDescriptor(rawValue: AT_FDCWD)) -> FilePath? {
    linkBytes(in: folder).map { FilePath(platformString: $0) }
  }

  /// What a link says, to the letter: a path would lose a second slash.
  func linkText() -> String? {
    linkBytes(in: FileDescriptor(rawValue: AT_FDCWD)).map { String(platformString: $0) }
  }

  private func linkBytes(in folder: FileDescriptor) -> [CChar]? {
    let room = Int(PATH_MAX)
    // SAFETY: no more is written than there is room for, and a zero behind it.
    let text = unsafe [CChar](unsafeUninitializedCapacity: room + 1) { buffer, count in
      guard let memory = buffer.baseAddress else { return }
      let length = unsafe withPlatformString { unsafe readlinkat(folder.rawValue, $0, memory, room) }
      guard length > 0 else { return }
      unsafe buffer[length] = 0
      count = length + 1
    }
    return text.isEmpty ? nil : text
  }

  /// Whether it is a symbolic link that leads nowhere, or in a circle.
  var isDanglingLink: Bool {
    (try? Stat(self, followTargetSymlink: false))?.type == .symbolicLink && (try? Stat(self)) == nil
  }

  /// Whether what it leads to is, or would be, in a folder whose files the kernel makes up.
  package var isInMadeUpFolder: Bool {
    if let location = try? FileLocation(of: self), location.status != nil { return location.isMadeUp }
    return (try? FileLocation(of: self, followsLinks: false).isMadeUp) ?? false
  }

  func leads(to file: FileDescriptor) -> Bool {
    // SAFETY: the path is a C string for the length of the call.
    unsafe withPlatformString { unsafe clinux_leads_to(AT_FDCWD, $0, 0, file.rawValue) }
  }
}
