import Inspector

/// What the screen shows beside the session: the part of the file in view, the prompt, what lies over the panes.
struct Interface {
  /// The page in the grid's upper left corner.
  var firstPage = 0
  /// The line that is being typed, or `nil`.
  var prompt: PromptLine?
  /// Lines that cover the panes until a key is pressed.
  var overlay: [String]?
  /// What `w` writes: the pattern that was written last.
  var pattern = Pattern.counter
  /// How fast the workers write.
  var throughput = Throughput()
  /// Which glyphs may be used.
  var glyphs = Glyphs.unicode
}

/// Bytes a second, measured over at least a second.
struct Throughput {
  private(set) var bytesPerSecond: Double?
  private var last: (bytes: Int, time: ContinuousClock.Instant)?

  mutating func measure(_ bytes: Int, isRunning: Bool, at time: ContinuousClock.Instant = .now) {
    guard isRunning else {
      self = Throughput()
      return
    }
    guard let last else {
      self.last = (bytes, time)
      return
    }
    let elapsed = time - last.time
    guard elapsed >= .seconds(1) else { return }
    bytesPerSecond = Double(bytes - last.bytes) / (elapsed / .seconds(1))
    self.last = (bytes, time)
  }
}
