import CLaunch
import CLesson
import Glibc
import Inspector
import Synchronization
import SystemPackage

/// The folder that a lesson plays in, with its mounts and its child; removed when the lesson ends.
///
/// Nothing outside of it is touched: the names in lessons are relative to it, and none leads out.
final class Sandbox: Sendable {
  struct Fixtures: Sendable {
    var mounts: [String] = []
    var child: Child?
  }

  let folder: FilePath
  let fixtures = Mutex(Fixtures())
  private let home: FilePath?
  // Signals are queued from the start: none ends the program with the folder left behind.
  private let signals = claunch_open_signals()

  /// Makes the folder below `$TMPDIR`, or `/tmp`.
  init() throws(CommandError) {
    // SAFETY: getenv's result is copied at once.
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    let template = FilePath(parent.isEmpty ? "/tmp" : parent).appending("mmapview-lesson-XXXXXX").string
    var name = Array(template.utf8CString)
    // SAFETY: mkdtemp writes over the X of the array, which ends with a zero.
    guard unsafe mkdtemp(&name) != nil else {
      throw CommandError(
        "\(template): the lesson's folder can't be made (\(Errno(rawValue: errno))); set TMPDIR to one of yours")
    }
    // SAFETY: realpath's result is copied and freed here.
    let resolved = unsafe realpath(name, nil)
    defer { unsafe free(resolved) }
    folder = unsafe resolved.map { unsafe FilePath(platformString: $0) } ?? FilePath(template)
    home = FilePath.workingFolder
  }

  /// Lets a session carry out `outside`, and makes the folder the working folder.
  func open(for session: Session) throws(CommandError) {
    session.host.outputFolder = home
    session.host.child = { [self] in fixtures.withLock { $0.child?.processID } }
    session.host.outside = { [self] words throws(CommandError) in try perform(words) }
    try move(to: folder)
  }

  func leave() throws(CommandError) { if let home { try move(to: home) } }

  private func move(to path: FilePath) throws(CommandError) {
    // SAFETY: the C string lives as long as the closure.
    guard unsafe path.withPlatformString({ unsafe chdir($0) }) == 0 else {
      throw CommandError("\(path): can't be entered (\(Errno(rawValue: errno)))")
    }
  }

  /// Ends the child, unmounts, and removes the folder; again does nothing.
  func strike() {
    let (child, mounts) = fixtures.withLock { fixtures in
      defer { fixtures = Fixtures() }
      return (fixtures.child, fixtures.mounts)
    }
    _ = child?.end()
    // SAFETY: the paths are C strings for the length of the calls.
    for mount in mounts.reversed() { _ = unsafe clesson_unmount(mount) }
    unsafe clesson_remove_folder(folder.string)
  }

  /// Strikes it when a signal ends the program, where no loop takes signals.
  func strikeOnSignals() {
    _ = Thread { [self] in
      while true {
        var entry = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
        // SAFETY: one entry, for the length of the call.
        _ = unsafe claunch_poll(&entry, 1, -1)
        switch claunch_next_signal(signals) {
        case 0, SIGCONT: continue
        case SIGTSTP: claunch_stop_here()
        case let signal:
          strike()
          _exit(128 + signal)
        }
      }
    }
  }

  /// The whole of a lesson, with the script that this machine can play.
  func script(_ lesson: Lesson, isLast: Bool) throws(ScriptError) -> Script {
    // A loop, since a lazy `compactMap` tries its first result twice, and the second answer may differ.
    var refusal: String?
    for need in lesson.needs where refusal == nil { refusal = need.refusal(on: self) }
    return try lesson.whole(refusal: refusal, isLast: isLast)
  }
}
