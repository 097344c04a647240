import Glibc
import Inspector
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
  private let home: FilePath?
  // Lines of this session that are not in the file yet.
  private var pending: [String] = []

  /// The history that is kept in a folder, which is made when the first line is.
  ///
  /// - Parameters:
  ///   - folder: Where.
  ///   - home: The person's own folder, which is not made where it is missing.
  init(in folder: FilePath?, home: FilePath? = nil) {
    file = folder?.appending("history")
    self.home = home
    lines = file.flatMap(Self.read)?.lines ?? []
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
    guard let file, !pending.isEmpty, let merged = merge(pending, into: file) else { return }
    lines = merged
    pending = []
  }

  private static func append(_ line: String, to lines: inout [String]) {
    if lines.last != line { lines.append(line) }
    if lines.count > limit { lines.removeFirst(lines.count - limit) }
  }

  // MARK: The file

  /// What the file holds.
  private struct Kept {
    var lines: [String] = []
    /// How many there are in all; `nil` where there is no file yet.
    var count: Int?
    /// Whether the last line has its end: a power cut may have taken it.
    var isWhole = true
  }

  /// What is in the file; `nil` for what is no file of lines, such as a link to /dev/null.
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

  /// Adds lines to those that the file has by now; `nil` if that can't be done.
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
    // Appended, as a rule: a new file would have to be synced before it takes the other's place, and somebody waits for the
    // next key while the disk may be busy.
    if let count = kept.count, count + new.count < Self.limit + Self.slack {
      return Self.append(added, isWhole: kept.isWhole, to: path) ? lines : nil
    }
    do throws(CommandError) {
      try OutputFile(path.string, isForced: true, isPrivate: true).save(lines.map { $0 + "\n" }.joined())
      return lines
    } catch { return nil }
  }

  // So many lines may be in the file beyond the limit, before it is made anew.
  private static let slack = 200

  /// Adds lines to the file, or none.
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

  private func make(_ folder: FilePath) {
    var path = FilePath(root: folder.root, [])
    for component in folder.components {
      path.append(component)
      if home?.starts(with: path) == true { continue }
      // SAFETY: the C string lives as long as the closure. One that exists is as good.
      _ = unsafe path.withPlatformString { unsafe mkdir($0, 0o700) }
    }
  }
}
