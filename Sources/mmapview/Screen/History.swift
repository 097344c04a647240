import Glibc
import Inspector
import SystemPackage

/// The lines that were entered at the prompt, the newest last, kept between sessions.
///
/// Where they can't be kept (no home, a folder that can't be written) they are in memory only, and that is no error.
struct History {
  /// The most lines that are kept.
  static let limit = 1000
  // Room for 1,200 lines of 3 KiB, the most that it writes; a larger file is not its own, and is not read.
  private static let longest = 4 << 20

  private(set) var lines: [String] = []
  private let file: FilePath?
  private let home: FilePath?
  // Lines of this session that are not in the file yet.
  private var pending: [String] = []

  /// The history in a folder, which is made with the first line; `home` and what is above it is never made.
  init(in folder: FilePath?, home: FilePath? = nil, name: String = "history") {
    file = folder?.appending(name)
    self.home = home
    lines = file.flatMap(Self.read)?.lines ?? []
  }

  /// The state folder of the XDG Base Directory Specification, which ignores relative paths.
  static func folder(_ variable: (String) -> String?) -> FilePath? {
    if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") { return FilePath(state).appending("mmapview") }
    guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
    return FilePath(home).appending(".local/state/mmapview")
  }

  /// The lines of this name that are kept for the person.
  static func kept(_ name: String) -> History {
    History(
      in: folder(Environment.variable), home: Environment.variable("HOME").map { FilePath($0) }, name: name)
  }

  /// Adds a line, and takes over those that another mmapview has added meanwhile.
  mutating func record(_ line: String) {
    Self.append(line, to: &lines)
    pending.append(line)
    save()
  }

  /// Writes what could not be written before.
  mutating func save() {
    guard let file, !pending.isEmpty, let merged = merge(pending, into: file) else { return }
    lines = merged
    pending = []
  }

  private static func append(_ line: String, to lines: inout [String]) {
    if lines.last != line { lines.append(line) }
    if lines.count > limit { lines.removeFirst(lines.count - limit) }
  }

  private struct Kept {
    var lines: [String] = []
    /// How many the file has in all; `nil` where there is no file yet.
    var count: Int?
    /// Whether the last line has its end: a power cut may have taken it.
    var isWhole = true
  }

  /// `nil` for what is no file of lines, such as a link to /dev/null.
  private static func read(_ path: FilePath) -> Kept? {
    do {
      let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
      defer { try? file.close() }
      let status = try file.stat()
      guard status.type == .regular, status.size <= longest else { return nil }
      var bytes = [UInt8](repeating: 0, count: Int(status.size))
      // SAFETY: the buffer is the array's own.
      let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.readAll(into: $0, from: 0) }
      let text = String(decoding: bytes[..<count], as: UTF8.self)
      let lines = text.unicodeScalars.split(separator: "\n").map { String(Substring($0)) }
      return Kept(lines: lines.suffix(limit), count: lines.count, isWhole: text.isEmpty || text.hasSuffix("\n"))
    } catch {
      return error as? Errno == .noSuchFileOrDirectory ? Kept() : nil
    }
  }

  /// Adds lines to those that the file now has; `nil` if that can't be done.
  private func merge(_ new: [String], into path: FilePath) -> [String]? {
    let folder = path.removingLastComponent()
    make(folder)
    guard let lock = Self.lock(folder) else { return nil }
    defer { try? lock.close() }
    guard let kept = Self.read(path) else { return nil }
    var (lines, added) = (kept.lines, "")
    for line in new {
      if lines.last != line { added += line + "\n" }
      Self.append(line, to: &lines)
    }
    // As a rule appended: a new file would have to be synced before it replaces the old one, and a person waits for the
    // next key while the disk may be busy.
    if let count = kept.count, count + new.count < Self.limit + Self.slack {
      return Self.append(added, isWhole: kept.isWhole, to: path) ? lines : nil
    }
    do throws(CommandError) {
      try OutputFile(path.string, isForced: true, isPrivate: true).save(lines.map { $0 + "\n" }.joined())
      return lines
    } catch { return nil }
  }

  // So many lines beyond the limit may be in the file before it is replaced: once in 200 commands that costs a sync.
  private static let slack = 200

  /// Adds all lines to the file, or none.
  private static func append(_ added: String, isWhole: Bool, to path: FilePath) -> Bool {
    guard !added.isEmpty else { return true }
    do {
      let file = try FileDescriptor.open(path, .writeOnly, options: [.append, .closeOnExec, .nonBlocking])
      defer { try? file.close() }
      let size = try file.stat().size
      do { _ = try file.writeAll(((isWhole ? "" : "\n") + added).utf8) } catch {
        try file.resize(to: size)
        throw error
      }
      return true
    } catch { return false }
  }

  // Waits for 100 ms at most, as a person waits for the next key. Lines that are not written now are written with the next.
  private static func lock(_ folder: FilePath) -> FileDescriptor? {
    guard let lock = try? FileDescriptor.open(folder, .readOnly, options: [.closeOnExec, .directory]) else {
      return nil
    }
    for _ in 0..<20 {
      if flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 { return lock }
      if errno != EWOULDBLOCK { break }
      usleep(5000)
    }
    try? lock.close()
    return nil
  }

  private func make(_ folder: FilePath) {
    var path = FilePath(root: folder.root, [])
    for component in folder.components {
      path.append(component)
      if home?.starts(with: path) == true { continue }
      // SAFETY: the C string lives as long as the closure. A folder that exists is as good.
      _ = unsafe path.withPlatformString { unsafe mkdir($0, 0o700) }
    }
  }
}
