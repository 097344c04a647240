/// The generator of Steele, Lea and Flood (2014): small, and the same on every machine, so that a seed can be written
/// into a script.
struct SplitMix64: Sendable {
  private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    defer { state &+= Self.increment }
    return Self.output(0, of: state)
  }

  /// One of `count` numbers from 0 on.
  ///
  /// Not the standard library's way, which may change from version to version: the same seed must give the same turns.
  mutating func next(below count: Int) -> Int { Int(UInt64(count).multipliedFullWidth(by: next()).high) }

  /// Output `index` of a generator with this seed, whose state after `n` steps is the seed plus `n` increments.
  static func output(_ index: UInt64, of seed: UInt64) -> UInt64 {
    var mixed = seed &+ (index &+ 1) &* increment
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
