import CLesson
import Glibc
import Inspector
import SystemPackage

/// Another mmapview, which writes a file and then waits, until it is killed or this one is gone.
final class Child: Sendable {
  private let processID: pid_t
  private let input: FileDescriptor
  private let output: FileDescriptor

  private static let mark = "ready"

  /// Starts it; its commands are on their way when this returns.
  ///
  /// - Parameters:
  ///   - path: The file that it makes.
  ///   - size: How large, as commands write it.
  ///   - commands: What it does.
  /// - Throws: Why it can't be started.
  init(creating path: String, size: String, commands: [String]) throws {
    let words =
      // Sparse: not every file system reserves blocks.
      ["/proc/self/exe", path, "--create", size, "--sparse", "--plain"]
      + (commands + ["say \(Self.mark)"]).flatMap { ["-c", $0] }
    let pipe = try FileDescriptor.pipe(options: [.closeOnExec])
    defer { try? pipe.readEnd.close() }
    // It reads commands that never come, and ends by itself when this program does.
    input = pipe.writeEnd
    (output, processID) = try Self.spawn(words, input: pipe.readEnd)
  }

  /// Waits until its commands are carried out, ten seconds at most.
  ///
  /// - Returns: What it said.
  /// - Throws: That it ended before.
  func waitUntilReady() throws(CommandError) -> [String] {
    let lines = output.readLines(until: Self.mark)
    guard lines.last == Self.mark else { throw CommandError("the child ended too soon: \(lines.last ?? "no word")") }
    return lines.dropLast()
  }

  /// Kills it and waits for its end.
  ///
  /// - Returns: The signal that ended it, or 0.
  func end() -> Int32 {
    kill(processID, SIGKILL)
    let status = Self.wait(processID)
    try? input.close()
    try? output.close()
    return status & 0x7f
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - words: Its name and its arguments.
  ///   - input: What it reads, or `nil` for nothing.
  /// - Returns: Where what it prints can be read, and its process.
  /// - Throws: Why it can't be started.
  static func spawn(_ words: [String], input: FileDescriptor?) throws -> (output: FileDescriptor, child: pid_t) {
    let pipe = try FileDescriptor.pipe(options: [.closeOnExec])
    defer { try? pipe.writeEnd.close() }
    let nothing = try input ?? FileDescriptor.open(FilePath("/dev/null"), .readOnly, options: .closeOnExec)
    defer { if input == nil { try? nothing.close() } }
    var child = pid_t()
    // SAFETY: the program has its own copies when it is started; free(3) takes the nil at the end as well.
    var copies = unsafe words.map { unsafe UnsafePointer(strdup($0)) } + [nil]
    let code = unsafe clesson_spawn(copies, nothing.rawValue, pipe.writeEnd.rawValue, &child)
    while let copy = unsafe copies.popLast() { unsafe free(UnsafeMutableRawPointer(mutating: copy)) }
    guard code == 0 else {
      try? pipe.readEnd.close()
      throw CommandError("\(words[0]): can't be started (\(Errno(rawValue: code)))")
    }
    return (pipe.readEnd, child)
  }

  /// Waits for the end of a program and gives what waitpid(2) says of it.
  static func wait(_ child: pid_t) -> Int32 {
    var status: Int32 = 0
    // SAFETY: fills the integer that it is given.
    while unsafe waitpid(child, &status, 0) == -1, errno == EINTR {}
    return status
  }
}

extension FileDescriptor {
  /// All lines to the end.
  func readToEnd() -> [String] { readLines(until: nil) }

  /// Lines until one is this, or the end, or ten seconds without any.
  fileprivate func readLines(until last: String?) -> [String] {
    var text: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while true {
      let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
      if let last, lines.last == last { return lines }
      var entry = pollfd(fd: rawValue, events: Int16(POLLIN), revents: 0)
      // SAFETY: one entry for the length of the call; the buffer is the array's own.
      guard unsafe poll(&entry, 1, 10_000) > 0,
        let count = try? unsafe part.withUnsafeMutableBytes({ try unsafe read(into: $0) }), count > 0
      else { return lines }
      text += part[..<count]
    }
  }
}
