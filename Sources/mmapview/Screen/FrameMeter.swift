import Inspector

/// What the screen costs: how many frames were shown, how long they took, how much was sent for them.
struct FrameMeter {
  private var frames = 0
  private var work = Duration.zero

  /// Takes in a frame that was shown, with the time that it took to update and draw.
  mutating func count(_ time: Duration) {
    frames += 1
    work += time
  }

  /// The figures so far.
  ///
  /// - Parameter sent: The bytes that went to the terminal, or `nil` if nobody counts them.
  /// - Returns: One line.
  func report(sent: Int?) -> String {
    guard frames > 0 else { return "the screen: nothing shown yet" }
    let microseconds = Int(work / Double(frames) / .microseconds(1))
    let bytes = sent.map { "\($0 / frames) bytes sent" } ?? "bytes sent unknown"
    return "the screen: \(counted(frames, "frame")), each updated and drawn in \(microseconds) µs, \(bytes)"
  }
}
