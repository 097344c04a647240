import Inspector

struct FrameMeter {
  private var frames = 0
  private var work = Duration.zero

  mutating func count(_ time: Duration) {
    frames += 1
    work += time
  }

  /// A line of the figures; `sent` counts the bytes that went to the terminal, where that is known.
  func report(sent: Int?) -> String {
    guard frames > 0 else { return "the screen: nothing shown yet" }
    let microseconds = Int(work / Double(frames) / .microseconds(1))
    let bytes = sent.map { "\($0 / frames) bytes sent" } ?? "bytes sent unknown"
    return "the screen: \(counted(frames, "frame")), each updated and drawn in \(microseconds) µs, \(bytes)"
  }
}
