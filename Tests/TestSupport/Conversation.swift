import Foundation
import SystemPackage

/// A program that answers each line that it is sent with lines of its own.
public final class Conversation {
  /// The number of its process.
  public let processID: Int32
  private let scratch: TemporaryFolder
  private let questions: FileDescriptor
  private let answers: FileDescriptor
  private var received: [UInt8] = []
  private var isRunning = true

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - program: A path, or a name to be found in `PATH`.
  ///   - arguments: Its arguments.
  /// - Throws: When it can't be started.
  public init(_ program: String, _ arguments: [String]) throws {
    scratch = try TemporaryFolder()
    let paths = ["in", "out", "err"].map { [scratch] in scratch.file($0).string }
    for path in paths.prefix(2) {
      // SAFETY: the path is a string that ends with a zero.
      guard unsafe mkfifo(path, 0o600) == 0 else { throw Errno(rawValue: errno) }
    }
    // Held open for both: else opening one would wait for the other side.
    questions = try FileDescriptor.open(scratch.file("in"), .readWrite, options: .closeOnExec)
    answers = try FileDescriptor.open(scratch.file("out"), .readWrite, options: .closeOnExec)
    processID = try spawn([program] + arguments, files: paths)
  }

  /// What it has complained of so far.
  public var errors: String { String(decoding: (try? scratch.bytes("err")) ?? [], as: UTF8.self) }

  /// Sends a line, and gives the next line that begins in a way, past others that the program prints of itself; nothing
  /// when it has ended, or says no such thing for two minutes.
  public func answer(to question: String, beginning start: String) throws -> String? {
    _ = try questions.writeAll("\(question)\n".utf8)
    let deadline = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < deadline {
      if let end = received.firstIndex(of: 10) {
        let line = String(decoding: received[..<end], as: UTF8.self)
        received.removeFirst(end + 1)
        if line.hasPrefix(start) { return line }
      } else if !receive(), hasEnded {
        return nil
      }
    }
    return nil
  }

  // Whether anything came within a tenth of a second.
  private func receive() -> Bool {
    var entry = pollfd(fd: answers.rawValue, events: Int16(POLLIN), revents: 0)
    var buffer = [UInt8](repeating: 0, count: 65536)
    // SAFETY: one entry for the length of the call, and a buffer with room for what is asked for.
    guard unsafe poll(&entry, 1, 100) == 1 else { return false }
    let count = unsafe read(answers.rawValue, &buffer, buffer.count)
    received += buffer.prefix(max(0, count))
    return count > 0
  }

  private var hasEnded: Bool {
    guard isRunning else { return true }
    var status: Int32 = 0
    // SAFETY: fills the integer that it is given.
    isRunning = unsafe waitpid(processID, &status, WNOHANG) == 0
    return !isRunning
  }

  deinit {
    if isRunning {
      kill(processID, SIGKILL)
      var status: Int32 = 0
      // SAFETY: fills the integer that it is given.
      while unsafe waitpid(processID, &status, 0) == -1, errno == EINTR {}
    }
    try? questions.close()
    try? answers.close()
  }
}
