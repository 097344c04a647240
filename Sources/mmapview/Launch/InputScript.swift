import Glibc
import Inspector

/// The script on standard input, whose lines are carried out as they come.
struct InputScript {
  private var input = LineInput()
  private var lineNumber = 0
  // Whether a recording's own opening is left out, because a file is open.
  private let isOnOpenFile: Bool
  // Whether that is still to come.
  private var hasOpening = false
  // Whether there was a command, before which a recording has said that it is one.
  private var isBegun = false

  init(isOnOpenFile: Bool) { self.isOnOpenFile = isOnOpenFile }

  /// Waits for the next line; what workers did meanwhile is taken in.
  mutating func next(_ session: Session) throws(ScriptError) -> Script? {
    while true {
      if let line = input.next() {
        let script = try script(line)
        if !script.steps.isEmpty { return script }
      } else if input.hasEnded {
        return nil
      } else if session.waitForNews(orInput: STDIN_FILENO) {
        input.read()
      }
    }
  }

  private mutating func script(_ line: LineInput.Line) throws(ScriptError) -> Script {
    lineNumber += 1
    var text: String
    do { text = try line.text } catch {
      throw ScriptError(Event(.failure, ["\(ScriptPosition.standardInput):\(lineNumber): \(error)"]))
    }
    if lineNumber == 1, text.unicodeScalars.first == "\u{feff}" { text.unicodeScalars.removeFirst() }
    var script = try Script(text, name: ScriptPosition.standardInput, firstLine: lineNumber)
    if isOnOpenFile, !isBegun, script.isRecording { hasOpening = true }
    if !script.steps.isEmpty { isBegun = true }
    if hasOpening, script.leaveOutOpening() { hasOpening = false }
    return script
  }
}
