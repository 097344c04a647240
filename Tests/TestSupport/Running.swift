import Foundation
import SystemPackage

/// A program that runs beside the test, until the test lets go of it.
public final class Running {
  /// The number of its process.
  public let processID: Int32
  private let scratch: TemporaryFolder
  private let input: FileDescriptor
  private var isRunning = true

  /// Starts a program, and waits until it has printed something; what it reads on standard input never comes.
  ///
  /// - Parameters:
  ///   - program: A path, or a name to be found in `PATH`.
  ///   - arguments: Its arguments.
  /// - Throws: When it can't be started, or prints nothing.
  public init(_ program: String, _ arguments: [String]) throws {
    scratch = try TemporaryFolder()
    let paths = ["in", "out", "err"].map { [scratch] in scratch.file($0).string }
    // SAFETY: the path is a string that ends with a zero.
    guard unsafe mkfifo(paths[0], 0o600) == 0 else { throw Errno(rawValue: errno) }
    // Held open here: else opening it would wait for a writer, and reading it come to an end.
    input = try FileDescriptor.open(scratch.file("in"), .readWrite, options: [.closeOnExec])
    processID = try spawn([program] + arguments, files: paths)
    guard isSoon({ (try? scratch.bytes("out"))?.isEmpty == false }) else { throw Errno.timedOut }
  }

  /// What it has printed so far.
  public var output: String { String(decoding: (try? scratch.bytes("out")) ?? [], as: UTF8.self) }

  /// Ends it, and waits until it is gone.
  public func end() {
    guard isRunning else { return }
    isRunning = false
    kill(processID, SIGKILL)
    var status: Int32 = 0
    // SAFETY: fills the integer that it is given.
    while unsafe waitpid(processID, &status, 0) == -1, errno == EINTR {}
    try? input.close()
  }

  deinit { end() }
}

/// Whether a program is to be found in `PATH`.
public func isInstalled(_ program: String) -> Bool {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}
