import Foundation
import SystemPackage

/// What a program that was run left behind.
public struct Outcome: Sendable {
  /// Its exit status, or 128 and the signal that ended it.
  public let status: Int32
  /// What it printed.
  public let output: String
  /// What it complained of.
  public let errors: String

  /// The lines that it printed.
  public var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// Runs a program to its end.
///
/// Its output goes to files, and waitpid(2) reports its end: Foundation's `Process` waits for each process that inherited
/// its descriptors too, which with tmux is a server that stays.
///
/// - Parameters:
///   - program: A path, or a name to be found in `PATH`.
///   - arguments: Its arguments.
///   - folder: Where it starts.
///   - input: What it reads on standard input.
///   - environment: Variables to set beside those of the tests.
/// - Returns: What it left behind.
/// - Throws: When it could not be started.
@discardableResult
public func run(
  _ program: String, _ arguments: [String], in folder: String? = nil, input: String = "",
  environment: [String: String] = [:]
) throws -> Outcome {
  let scratch = try TemporaryFolder()
  let paths = ["in", "out", "err"].map { scratch.file($0).string }
  try Data(input.utf8).write(to: URL(fileURLWithPath: paths[0]))
  let child = try spawn(
    (folder.map { ["-C", $0] } ?? []) + [program] + arguments, files: paths, environment: environment)
  var status: Int32 = 0
  // SAFETY: fills the integer that it is given.
  while unsafe waitpid(child, &status, 0) == -1, errno == EINTR {}
  let texts = try paths.dropFirst().map {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self)
  }
  let signal = status & 0x7f
  return Outcome(status: signal == 0 ? status >> 8 & 0xff : 128 + signal, output: texts[0], errors: texts[1])
}

/// Starts env(1) with these words, its input and its two outputs in files.
func spawn(_ words: [String], files: [String], environment: [String: String] = [:]) throws -> pid_t {
  var actions = unsafe posix_spawn_file_actions_t()
  // SAFETY: the actions are initialised first, and their strings copied; the arrays of C strings end with nil and
  // live until the child has its own copies.
  unsafe posix_spawn_file_actions_init(&actions)
  defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
  unsafe posix_spawn_file_actions_addopen(&actions, 0, files[0], O_RDONLY, 0)
  unsafe posix_spawn_file_actions_addopen(&actions, 1, files[1], O_WRONLY | O_CREAT, 0o600)
  unsafe posix_spawn_file_actions_addopen(&actions, 2, files[2], O_WRONLY | O_CREAT, 0o600)
  // What is blocked or ignored is passed on: a thread of a test may block signals, and nohup(1) ignores SIGHUP.
  var (attributes, none, all) = (posix_spawnattr_t(), sigset_t(), sigset_t())
  unsafe sigemptyset(&none)
  unsafe sigfillset(&all)
  unsafe posix_spawnattr_init(&attributes)
  defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
  unsafe posix_spawnattr_setsigmask(&attributes, &none)
  unsafe posix_spawnattr_setsigdefault(&attributes, &all)
  unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
  var child = pid_t()
  // A program that is tested reads no settings of the person who runs the tests, and leaves nothing in their folders.
  let nowhere = ["XDG_CONFIG_HOME": "/dev/null", "XDG_STATE_HOME": "/dev/null"]
  let variables = ProcessInfo.processInfo.environment.merging(nowhere) { $1 }.merging(environment) { $1 }.map {
    "\($0)=\($1)"
  }
  let code = unsafe withCStrings(["env"] + words) { words in
    unsafe withCStrings(variables) { unsafe posix_spawnp(&child, "env", &actions, &attributes, words, $0) }
  }
  guard code == 0 else { throw Errno(rawValue: code) }
  return child
}

private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  // SAFETY: each copy is freed when the body has ended; free(3) takes the nil at the end as well.
  var copies = unsafe strings.map { unsafe strdup($0) } + [nil]
  defer { while let copy = unsafe copies.popLast() { unsafe free(copy) } }
  return unsafe copies.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("an array with a nil in it has a base") }
    return unsafe body(UnsafePointer(base))
  }
}

/// The program that the package builds, beside the running tests.
public let mmapview: String = {
  let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
  return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("mmapview").path
}()

/// The root of the package.
public let packageRoot: String = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
