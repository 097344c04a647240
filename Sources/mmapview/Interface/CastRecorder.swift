import CLinux
import Glibc
import Inspector
import SystemPackage
import TerminalCanvas

/// Writes what the screen shows to a file in asciicast v2, line by line, so that what is there can be played at any time.
final class CastRecorder {
  /// A file and a title for it.
  struct Request {
    let path: String
    let title: String
    /// Whether a file that exists may be replaced.
    let isForced: Bool
  }

  private let path: String
  private let title: String
  private let file: FileDescriptor
  private var shown: (canvas: Canvas, palette: Palette, cursor: [Int]?)?
  private let start = ContinuousClock.now
  // Time that was told to have passed, for whoever draws by no clock.
  private var told: Duration?
  private var failure: CommandError?

  /// Makes the file; one that exists is replaced only by force, and only if it is a regular one.
  ///
  /// - Parameters:
  ///   - request: Which file.
  ///   - isTimed: Whether time passes by the clock; else only ``pass(_:)`` lets it.
  /// - Throws: Why there is no such file.
  init(_ request: Request, isTimed: Bool) throws(CommandError) {
    try Self.check(request)
    (path, title) = (request.path, request.title)
    told = isTimed ? nil : .zero
    // Under another name first: a file that exists may be open, and must not change under whoever has it.
    let scratch = FilePath(path).removingLastComponent().appending(
      ".mmapview-cast-\(UInt64.random(in: .min ... .max))")
    do {
      file = try FileDescriptor.open(
        scratch, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o666))
    } catch { throw Self.refusal(path, error) }
    // SAFETY: the C strings live as long as the closures.
    let code = unsafe scratch.withPlatformString { from in
      unsafe path.withCString { to in unsafe clinux_rename(from, to, request.isForced) }
    }
    guard code == 0 else {
      // SAFETY: as above; the name is this call's own.
      _ = unsafe scratch.withPlatformString { unsafe unlink($0) }
      try? file.close()
      throw Self.refusal(path, Errno(rawValue: code))
    }
  }

  deinit { try? file.close() }

  /// Looks whether a file may be made, before anything else is done.
  static func check(_ request: Request) throws(CommandError) {
    var status = stat()
    // SAFETY: fills the structure that it is given; the path is a C string for the length of the call.
    guard unsafe lstat(request.path, &status) == 0 else { return }
    guard request.isForced else { throw refusal(request.path, Errno.fileExists) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CommandError("\(request.path): is no regular file, and can't be replaced; choose another name")
    }
  }

  private static func refusal(_ path: String, _ error: any Error) -> CommandError {
    error as? Errno == .fileExists
      ? CommandError("\(path): exists already; choose another name, or replace it with --force")
      : CommandError("\(path): can't make the recording (\(error)); choose another place")
  }

  /// Lets time pass that no clock has measured.
  func pass(_ time: Duration) { told? += time }

  /// Adds a frame, if it differs from the last.
  ///
  /// - Parameters:
  ///   - canvas: What is shown.
  ///   - palette: In which colours.
  ///   - cursor: Where the text cursor blinks, or `nil` if it is hidden.
  func show(_ canvas: Canvas, _ palette: Palette, cursor: (x: Int, y: Int)?) {
    guard failure == nil else { return }
    let (time, place) = (told ?? ContinuousClock.now - start, cursor.map { [$0.y + 1, $0.x + 1] })
    var text = ""
    if let shown {
      if shown.canvas.width != canvas.width || shown.canvas.height != canvas.height {
        write(Asciicast.resize(width: canvas.width, height: canvas.height, at: time))
      }
      text = canvas.update(from: shown.palette == palette ? shown.canvas : nil, palette)
      if text.isEmpty, shown.cursor == place { return }
    } else {
      write(
        Asciicast.header(
          width: canvas.width, height: canvas.height, timestamp: told == nil ? Int(Glibc.time(nil)) : nil,
          title: title, kind: "xterm-256color"))
      text = "\u{1b}[?25l" + canvas.update(from: nil, palette)
    }
    if let place {
      text += "\u{1b}[\(place[0]);\(place[1])H\u{1b}[?25h"
    } else if shown?.cursor != nil {
      text += "\u{1b}[?25l"
    }
    write(Asciicast.output(text, at: time))
    shown = (canvas, palette, place)
  }

  /// Ends the recording: the cursor goes to the last line, where a shell's prompt disturbs least.
  ///
  /// - Throws: Why not all of it could be written.
  func finish() throws(CommandError) {
    if let failure { throw failure }
    guard let shown else { return }
    write(
      Asciicast.output(
        "\u{1b}[0m\u{1b}[\(shown.canvas.height);1H\u{1b}[?25h", at: told ?? ContinuousClock.now - start))
    if let failure { throw failure }
  }

  private func write(_ line: String) {
    do { _ = try file.writeAll((line + "\n").utf8) } catch {
      failure = CommandError("\(path): the recording broke off (\(error)); make room and record anew")
    }
  }
}
