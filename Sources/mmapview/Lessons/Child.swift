import CLesson
import Glibc
import Inspector
import SystemPackage

/// Another process, which does something to a file and then waits until it is killed or this one ends.
final class Child: Sendable {
  let processID: pid_t
  private let input: FileDescriptor
  private let output: FileDescriptor

  private static let mark = "ready"

  /// Starts a mmapview, which writes a file; `size` is written as in commands.
  init(creating path: String, size: String, commands: [String]) throws {
    // Sparse: not every file system reserves blocks.
    let words =
      ["/proc/self/exe", path, "--create", size, "--sparse", "--plain"]
      + (commands + ["say \(Self.mark)"]).flatMap { ["-c", $0] }
    let pipe = try FileDescriptor.pipe(options: [.closeOnExec])
    defer { try? pipe.readEnd.close() }
    // It reads commands that never come, and ends with this program, which holds the other end.
    input = pipe.writeEnd
    (output, processID) = try Self.spawn(words, input: pipe.readEnd)
  }

  /// Starts a process called `reader`, which maps a page of a file and reads a byte of it.
  init(mapping path: String, page: Int) throws {
    let (orders, answers) = (
      try FileDescriptor.pipe(options: .closeOnExec), try FileDescriptor.pipe(options: .closeOnExec)
    )
    defer { for end in [orders.readEnd, answers.writeEnd] { try? end.close() } }
    (input, output) = (orders.writeEnd, answers.readEnd)
    var child = pid_t()
    // SAFETY: the path is a C string for the length of the call, which fills the integer.
    let code = unsafe clesson_read_in_child(
      path, off_t(page * 4096), orders.readEnd.rawValue, answers.writeEnd.rawValue, &child)
    processID = child
    guard code == 0 else { throw Errno(rawValue: code) }
  }

  /// Waits until its commands are carried out, ten seconds at most, and returns its output.
  func waitUntilReady() throws(CommandError) -> [String] {
    let lines = output.readLines(until: Self.mark)
    guard lines.last == Self.mark else { throw CommandError("the child ended too soon: \(lines.last ?? "no word")") }
    return lines.dropLast()
  }

  /// Has it carry out a command more, and returns its output.
  func perform(_ command: String) throws(CommandError) -> [String] {
    do { _ = try input.writeAll("\(command)\nsay \(Self.mark)\n".utf8) } catch {
      throw CommandError("the child has ended")
    }
    return try waitUntilReady()
  }

  /// Kills it, waits for its end, and returns the signal that ended it, or 0.
  func end() -> Int32 {
    kill(processID, SIGKILL)
    let status = Self.wait(processID)
    try? input.close()
    try? output.close()
    return status & 0x7f
  }

  /// Starts a program by its name and arguments; without an input it reads /dev/null.
  static func spawn(_ words: [String], input: FileDescriptor?) throws -> (output: FileDescriptor, child: pid_t) {
    let pipe = try FileDescriptor.pipe(options: [.closeOnExec])
    defer { try? pipe.writeEnd.close() }
    let nothing = try input ?? FileDescriptor.open(FilePath("/dev/null"), .readOnly, options: .closeOnExec)
    defer { if input == nil { try? nothing.close() } }
    var child = pid_t()
    // SAFETY: the program has its own copies once it is started; free(3) accepts the nil at the end.
    var copies = unsafe words.map { unsafe UnsafePointer(strdup($0)) } + [nil]
    let code = unsafe clesson_spawn(copies, nothing.rawValue, pipe.writeEnd.rawValue, &child)
    while let copy = unsafe copies.popLast() { unsafe free(UnsafeMutableRawPointer(mutating: copy)) }
    guard code == 0 else {
      try? pipe.readEnd.close()
      throw CommandError("\(words[0]): can't be started (\(Errno(rawValue: code)))")
    }
    return (pipe.readEnd, child)
  }

  /// Waits for the end of a program and returns its status as waitpid(2) gives it.
  static func wait(_ child: pid_t) -> Int32 {
    var status: Int32 = 0
    // SAFETY: it fills the integer that it is given.
    while unsafe waitpid(child, &status, 0) == -1, errno == EINTR {}
    return status
  }
}

extension FileDescriptor {
  /// Lines until one is `last`, or the end, or ten seconds without output.
  func readLines(until last: String? = nil) -> [String] {
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
