/// When the kernel is asked again: a few times a second while something moves, ever more rarely while something is yet
/// to happen, and not at all at rest.
struct Pace {
  private var pause = Self.shortest

  static let shortest = Duration.milliseconds(250)
  private static let longest = Duration.seconds(4)

  /// The time until the next look.
  ///
  /// - Parameters:
  ///   - hasMoved: Whether this look differs from the last, or someone is at work here.
  ///   - longest: The longest time until the next look, where the kernel is yet to do something by itself, or others may
  ///     act without being noticed; `nil` where whatever happens is told.
  ///   - cost: What the look took of a processor.
  /// - Returns: The time, or `nil` to wait until something happens.
  mutating func next(hasMoved: Bool, atMost longest: Duration?, cost: Duration) -> Duration? {
    if hasMoved {
      pause = Self.shortest
    } else if pause < Self.longest {
      pause *= 2
    } else if longest == nil {
      return nil
    }
    return max(min(pause, longest ?? pause), Self.least(for: cost))
  }

  /// How long to wait at least after something that took so much of a processor, to take a tenth of it at most.
  static func least(for cost: Duration) -> Duration { cost * 9 }
}
