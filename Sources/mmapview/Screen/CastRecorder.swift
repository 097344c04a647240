import Glibc
import Inspector
import SystemPackage
import TerminalCanvas
import VisibleText

/// Writes what the screen shows to a file in asciicast v2, line by line, so that what is there can be played at any time.
final class CastRecorder {
  struct Request {
    let output: OutputFile
    let title: String
  }

  private let request: Request
  private var file: FileDescriptor?
  private var shown: (canvas: Canvas, palette: Palette, cursor: [Int]?)?
  private let start = ContinuousClock.now
  // Time that ``pass(_:)`` let pass, for a front end that draws by no clock.
  private var passed: Duration?
  private var failure: CommandError?
  // Before the first frame.
  private var marks: [String] = []

  /// Makes no file before there is a frame: it is durable with the first one when it takes another's place.
  ///
  /// `isTimed` lets time pass by the clock, and not by ``pass(_:)`` alone.
  init(_ request: Request, isTimed: Bool) {
    self.request = request
    passed = isTimed ? nil : .zero
  }

  deinit { try? file?.close() }

  var fileInUse: OutputFile.InUse? {
    (try? file?.stat()).map { OutputFile.InUse($0, as: "the recording of the screen") }
  }

  /// Lets time pass that no clock has measured.
  func pass(_ time: Duration) { passed? += time }

  /// Adds a marker, to which a player can jump; one that comes before the first frame comes with it.
  func mark(_ label: String) {
    // A player shows it.
    let label = label.split(separator: "\n").joined(separator: " ").visible
    guard failure == nil else { return }
    if shown == nil {
      marks.append(label)
    } else {
      write([Asciicast.marker(label, at: passed ?? ContinuousClock.now - start)])
    }
  }

  /// Adds a frame, if it differs from the last.
  func show(_ canvas: Canvas, _ palette: Palette, cursor: (x: Int, y: Int)?) {
    guard failure == nil else { return }
    let (time, place) = (passed ?? ContinuousClock.now - start, cursor.map { [$0.y + 1, $0.x + 1] })
    var (lines, text) = ([String](), "")
    if let shown {
      if shown.canvas.width != canvas.width || shown.canvas.height != canvas.height {
        lines.append(Asciicast.resize(width: canvas.width, height: canvas.height, at: time))
      }
      text = canvas.update(from: shown.palette == palette ? shown.canvas : nil, palette)
      if text.isEmpty, shown.cursor == place { return }
    } else {
      lines.append(
        Asciicast.header(
          width: canvas.width, height: canvas.height, timestamp: passed == nil ? Int(Glibc.time(nil)) : nil,
          title: request.title, kind: "xterm-256color"))
      text = "\u{1b}[?25l" + canvas.update(from: nil, palette)
    }
    if let place {
      text += "\u{1b}[\(place[0]);\(place[1])H\u{1b}[?25h"
    } else if shown?.cursor != nil {
      text += "\u{1b}[?25l"
    }
    write(lines + [Asciicast.output(text, at: time)] + marks.map { Asciicast.marker($0, at: time) })
    marks = []
    shown = (canvas, palette, place)
  }

  /// Ends the recording: the cursor goes to the last line, where a shell's prompt disturbs least.
  func finish() throws(CommandError) {
    if failure == nil, let shown {
      write([
        Asciicast.output(
          "\u{1b}[0m\u{1b}[\(shown.canvas.height);1H\u{1b}[?25h", at: passed ?? ContinuousClock.now - start)
      ])
    }
    // Some file systems report only now that there was no room.
    do { try file.take()?.finish() } catch { fail(error) }
    if let failure { throw failure }
  }

  private func write(_ lines: [String]) {
    let text = lines.map { $0 + "\n" }.joined()
    do {
      if let file { _ = try file.writeAll(text.utf8) } else { file = try request.output.begin(text) }
    } catch { fail(error) }
  }

  private func fail(_ error: any Error) {
    if let refusal = error as? CommandError {
      failure = failure ?? refusal
      return
    }
    let remedy = error as? Errno == .fileTooLarge ? "raise the limit with `ulimit -f`" : "make room"
    failure =
      failure ?? CommandError("\(request.output.path): the recording broke off (\(error)); \(remedy) and record again")
  }
}
