import Glibc
import SystemPackage

/// The lines that were entered at the prompt, the newest last, kept between sessions.
///
/// Where they can't be kept (no home, a folder that can't be written) they live in memory, and that is no error.
struct History {
  /// The most lines that are kept.
  static let limit = 1000
  private static let longest = 4 << 20

  private(set) var lines: [String] = []
  private let file: FilePath?
  // Lines of this session that are not in the file yet.
  private var pending: [String] = []

  /// The history that is kept in a folder, which is made when the first line is.
  init(in folder: FilePath?) {
    file = folder?.appending("history")
    lines = file.flatMap(Self.read) ?? []
  }

  /// The folder for what a program wants to find again: the XDG Base Directory Specification's state folder.
  static func folder(_ variable: (String) -> String?) -> FilePath? {
    // The specification wants relative ones ignored.
    if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") { return FilePath(state).appending("mmapview") }
    guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
    return FilePath(home).appending(".local/state/mmapview")
  }

  /// Adds a line, and brings in those that another mmapview has added meanwhile.
  mutating func record(_ line: String) {
    Self.append(line, to: &lines)
    pending.append(line)
    save()
  }

  /// Tries again to keep what could not be kept.
  mutating func save() {
    guard let file, !pending.isEmpty, let merged = Self.merge(pending, into: file) else { return }
    lines = merged
    pending = []
  }

  private static func append(_ line: String, to lines: inout [String]) {
    if lines.last != line { lines.append(line) }
    if lines.count > limit { lines.removeFirst(lines.count - limit) }
  }

  // MARK: The file

  /// The lines of the file, none if there is none yet; `nil` for what is no file of lines, such as a link to /dev/null.
  private static func read(_ path: FilePath) -> [String]? {
    do {
      let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
      defer { try? file.close() }
      let status = try file.stat()
      guard status.type == .regular, status.size <= longest else { return nil }
      var bytes = [UInt8](repeating: 0, count: Int(status.size))
      // SAFETY: the buffer is the array's own.
      let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
      let text = String(decoding: bytes[..<count], as: UTF8.self)
      return Array(text.unicodeScalars.split(separator: "\n").map { String(Substring($0)) }.suffix(limit))
    } catch {
      return error as? Errno == .noSuchFileOrDirectory ? [] : nil
    }
  }

  /// Adds lines to those that the file has by now; `nil` if that can't be done.
  private static func merge(_ new: [String], into path: FilePath) -> [String]? {
    let folder = path.removingLastComponent()
    make(folder)
    guard let lock = lock(folder) else { return nil }
    defer { try? lock.close() }
    // A link stays one: what it leads to is replaced.
    let path = resolved(path)
    guard var lines = read(path) else { return nil }
    for line in new { append(line, to: &lines) }
    let scratch = path.removingLastComponent().appending(".history-\(getpid())")
    do {
      let file = try FileDescriptor.open(
        scratch, .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow], permissions: .ownerReadWrite)
      try file.closeAfter { _ = try file.writeAll(lines.map { $0 + "\n" }.joined().utf8) }
    } catch { return nil }
    // SAFETY: the C strings live as long as the closures.
    let isDone = unsafe scratch.withPlatformString { from in
      unsafe path.withPlatformString { to in unsafe rename(from, to) == 0 || unlink(from) != 0 }
    }
    return isDone ? lines : nil
  }

  // Only so long: somebody waits for the next key. What is not kept now is kept with the next line.
  private static func lock(_ folder: FilePath) -> FileDescriptor? {
    guard let lock = try? FileDescriptor.open(folder, .readOnly, options: [.closeOnExec, .directory]) else {
      return nil
    }
    for _ in 0..<20 {
      if flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 { return lock }
      guard errno == EWOULDBLOCK else { break }
      usleep(5000)
    }
    try? lock.close()
    return nil
  }

  private static func make(_ folder: FilePath) {
    var path = FilePath(root: folder.root, [])
    for component in folder.components {
      path.append(component)
      // SAFETY: the C string lives as long as the closure. One that exists is as good.
      _ = unsafe path.withPlatformString { unsafe mkdir($0, 0o700) }
    }
  }

  private static func resolved(_ path: FilePath) -> FilePath {
    // SAFETY: realpath allocates the answer, which is copied and freed here.
    unsafe path.withPlatformString { name in
      guard let resolved = unsafe realpath(name, nil) else { return path }
      defer { unsafe free(resolved) }
      return unsafe FilePath(platformString: resolved)
    }
  }
}
