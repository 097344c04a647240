import SystemPackage

/// A file that is being made: under a scratch name beside its place, locked from the first moment on.
///
/// The lock of a file that is replaced is held until the new one has its name. A lock belongs to an open file, not to a
/// name: after taking one, check that the name still leads there, or start over.
struct NewFile: ~Copyable {
  /// How often is started over; each time another process has just taken or replaced the file.
  static let attempts = 100

  private let path: FilePath
  private let isReplacing: Bool
  private var scratch: ScratchName
  // What is replaced, held for its lock.
  private let lock: OpenFile?
  private let old: FileDescriptor?

  /// Checks the place, and takes the lock of what is to be replaced; `nil` if another process was faster.
  init?(at path: FilePath, replacing: Bool) throws(MmapFileError) {
    let target: FileTarget
    do throws(FileTarget.Refusal) { target = try FileTarget(path, replacing: replacing) } catch {
      throw Self.refused(path, error)
    }
    var old: OpenFile?
    var descriptor: FileDescriptor?
    if target.isTaken {
      guard let file = try OpenFile.locked(at: target.location, path: path) else { return nil }
      descriptor = file.descriptor
      old = consume file
    }
    self.path = path
    isReplacing = replacing
    self.old = descriptor
    lock = old
    scratch = ScratchName(for: target)
  }

  /// Makes the file, with its size and its blocks, both durable.
  mutating func make(size: Int, storage: Storage) throws(MmapFileError) -> OpenFile {
    let file: OpenFile
    do throws(Errno) { file = OpenFile(try scratch.make(.readWrite), path: path) } catch {
      throw OpenFile.explain(error, .readWrite, path)
    }
    try file.lock()
    try file.reserve(size, storage)
    if let old {
      do throws(Errno) { try file.descriptor.inherit(from: old) } catch {
        throw .system(error, path, "can't give the new file the permissions and attributes of the old one")
      }
    }
    if !file.isInMemory {
      do throws(Errno) { try file.descriptor.synchronise() } catch {
        throw .system(error, path, "the new file could not be made durable")
      }
    }
    return file
  }

  func directory(of file: borrowing OpenFile) throws(MmapFileError) -> DirectoryEntry {
    try DirectoryEntry(scratch.target.location, of: file)
  }

  /// Gives the file its name, after which nothing can fail; false if another process was faster.
  mutating func putInPlace() throws(MmapFileError) -> Bool {
    do throws(Errno) { try scratch.putInPlace(replacing: old) } catch {
      guard error == .fileExists else { throw .system(error, path, "can't give the new file its name") }
      guard isReplacing else { throw Self.refused(path, .exists) }
      return false
    }
    return true
  }

  private static func refused(_ path: FilePath, _ refusal: FileTarget.Refusal) -> MmapFileError {
    switch refusal {
    case .exists:
      MmapFileError(
        .alreadyExists, path: path, "exists already",
        remedy: "open it, choose another name, or say that it may be replaced")
    case .danglingLink: OpenFile.danglingLink(path)
    case .notRegular(let type): OpenFile.notRegular(path, type)
    case .nameless:
      MmapFileError(
        .deleted, path: path, "is a link to an open file that has no name, and can't be replaced",
        remedy: "choose another name")
    case .notWritable(let errno): OpenFile.notWritable(path, errno)
    case .folder(let errno): .system(errno, path, "can't open the directory \(path.folder)")
    }
  }
}
