import TerminalCanvas

/// Something that lies over the panes and takes the keys: the prompt, lines to be read, a question.
///
/// Layers are a stack. Each draws over those below it; a key goes to the uppermost, and further down as far as it is
/// passed on.
protocol ScreenLayer {
  func draw(_ shown: Snapshot, on canvas: inout Canvas, _ layout: Layout)
  /// Where the text cursor stands, if it is this layer's.
  func cursor(_ layout: Layout) -> (x: Int, y: Int)?
  /// Takes a key.
  mutating func take(_ key: Key, _ loop: RunLoop, _ layout: Layout) -> LayerOutcome
}

extension ScreenLayer {
  func cursor(_ layout: Layout) -> (x: Int, y: Int)? { nil }
}

/// What a layer has made of a key.
enum LayerOutcome {
  /// It goes on.
  case stays
  /// It goes, and what is to be done then, by whoever runs the loop.
  case leaves((RunLoop) -> Void = { _ in })
  /// It goes, and the key means something to what lies below.
  case passesOn
}
