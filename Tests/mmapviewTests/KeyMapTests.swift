import Inspector
import TerminalCanvas
import Testing

@testable import mmapview

@Suite("Keys")
struct KeyMapTests {
  @Test("No key means two things in one mode")
  func unique() {
    for mode in [KeyMap.moving + KeyMap.acting, KeyMap.bytes] {
      var names: [(key: Key, name: String)] = []
      for binding in mode {
        for key in binding.keys {
          if let other = names.first(where: { $0.key == key }) {
            Issue.record("\(key) is bound to \(other.name) and to \(binding.name)")
          }
          names.append((key, binding.name))
        }
      }
    }
  }

  /// All that an overlay shows while it is read from its first line to its last.
  private func read(_ lines: [String], width: Int) -> String {
    var overlay = Overlay(lines)
    let area = Area(x: 0, y: 0, width: width, height: 11)
    var text: [String] = []
    while true {
      var canvas = Canvas(width: width, height: 11)
      overlay.draw(on: &canvas, area, .unicode)
      text += canvas.textLines
      let before = overlay
      guard overlay.scroll(.down, area), overlay.first != before.first else { return text.joined(separator: "\n") }
    }
  }

  @Test(
    "The help shows a row of each key and of each command, in wide windows and in narrow ones",
    arguments: [40, 80])
  func help(width: Int) {
    let keys = read(HelpText.keys(.unicode, width: width), width: width)
    for binding in KeyMap.moving + KeyMap.acting {
      #expect(keys.contains("\(binding.name) "), "\(binding.name)")
      #expect(width < 80 || keys.contains(binding.help), "\(binding.help)")
    }
    let commands = read(HelpText.commands(.unicode), width: width)
    for verb in Verb.all { #expect(commands.contains("  \(verb.name) "), "\(verb.name)") }
  }
}
