import TerminalCanvas

/// Something over the panes that takes the keys: the prompt, lines to be read, a question.
///
/// Layers are a stack. Each draws over those below it; a key goes to the uppermost, and down as long as it is passed on.
protocol ScreenLayer {
  func draw(_ shown: Snapshot, on canvas: inout Canvas, _ layout: Layout)
  /// Where the text cursor stands; `nil` if the layer has none.
  func cursor(_ layout: Layout) -> (x: Int, y: Int)?
  mutating func take(_ key: Key, _ loop: RunLoop, _ layout: Layout) -> LayerOutcome
}

extension ScreenLayer { func cursor(_ layout: Layout) -> (x: Int, y: Int)? { nil } }

enum LayerOutcome {
  case stays
  /// It goes; the loop then does this.
  case leaves((RunLoop) -> Void = { _ in })
  /// It goes, and the next layer takes the key.
  case passesOn
}
