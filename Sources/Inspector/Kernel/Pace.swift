/// When the next sample is taken: a few times a second while something moves, ever more rarely while something is yet to
/// happen, and not at all at rest.
struct Pace {
  private var pause = Self.shortest

  // Four samples a second show a process under way, and cost little.
  static let shortest = Duration.milliseconds(250)
  // Less than the 5 s after which the kernel begins the next writeback by itself (`vm.dirty_writeback_centisecs`).
  static let longest = Duration.seconds(4)
  // While the kernel is about to write pages back: when it did is shown to the second.
  static let whenDue = Duration.milliseconds(500)

  /// The time until the next sample; `nil` to wait until something happens.
  ///
  /// `hasMoved`: this sample differs from the last, or workers are at work here. `longest`: the longest time, where the
  /// kernel is yet to do something by itself, or other processes may act unnoticed; `nil` where whatever happens makes an
  /// event. `cost`: the sample's processor time.
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

  /// The least pause after so much processor time, which makes a tenth of a processor at most.
  static func least(for cost: Duration) -> Duration { cost * 9 }
}
