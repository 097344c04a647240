import Inspector
import TerminalCanvas

/// The question what is to be copied to the clipboard.
struct CopyMenu: ScreenLayer {
  private static let choices: [(key: Unicode.Scalar, name: String, command: Command)] = [
    ("o", "offset", .copyOffset), ("b", "bytes of the page", .copyBytes), ("l", "log line", .copyLine),
  ]

  func draw(_ shown: Snapshot, on canvas: inout Canvas, _ layout: Layout) {
    canvas.fill(layout.prompt)
    var rest = layout.prompt.inset(left: 1)
    canvas.write("copy: ", into: &rest, Style(.caption))
    for (key, name) in Self.choices.map({ (String($0.key), $0.name) }) + [("Esc", "nothing")] {
      guard key.count + 1 + name.count <= rest.width else { break }
      canvas.write(key, into: &rest, Style(.key))
      canvas.write(" \(name)  ", into: &rest)
    }
  }

  mutating func take(_ key: Key, _ loop: RunLoop, _ layout: Layout) -> LayerOutcome {
    guard case .character(let scalar) = key, let choice = Self.choices.first(where: { $0.key == scalar }) else {
      return .leaves()
    }
    return .leaves { $0.perform(choice.command) }
  }
}
