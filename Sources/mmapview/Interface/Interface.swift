import Inspector
import RangedMmap

/// What the screen shows beside the session: the part of the file in view, the prompt, what lies over the panes.
struct Interface {
  /// The page in the grid's upper left corner.
  var firstPage = 0
  /// The line that is being typed, or `nil`.
  var prompt: Prompt?
  /// Lines that cover the panes.
  var overlay: Overlay?
  /// What `w` writes: the pattern that was written last.
  var pattern = Pattern.counter
  /// How fast the workers write.
  var throughput = Throughput()
  /// What the kernel said of the pages in view; `nil` while it is not known yet.
  var kernel: KernelSample?
  /// Which glyphs may be used.
  var glyphs = Glyphs.unicode
}

extension Interface {
  /// Scrolls, as little as may be, until the cursor is in view.
  mutating func bringIntoView(_ session: Session, _ layout: Layout) {
    guard let file = session.file else { return }
    firstPage = layout.shape.firstPage(from: firstPage, showing: session.cursor, of: file.states.count)
  }

  /// What the kernel is to be asked about, if the screen shows it.
  func kernelRequest(_ session: Session, _ layout: Layout) -> KernelRequest? {
    guard session.layer != .library, let file = session.file, let sampled = session.sampledFile else { return nil }
    return KernelRequest(
      sampled, pages: layout.window(from: firstPage, of: file.states.count), cursor: session.cursor)
  }

  /// Asks the kernel now, for a frame that must show what is so after the command before it.
  mutating func askKernel(_ session: Session, _ layout: Layout) {
    guard let request = kernelRequest(session, layout) else { return }
    var probe = KernelProbe()
    // What has changed only one who has watched can tell.
    let marks = kernel?.marks ?? [:]
    kernel = probe.look(at: request)
    kernel?.marks = marks
  }
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
