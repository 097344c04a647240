/// A generator whose run can be repeated from its seed.
public struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  /// A generator that begins with a seed.
  public init(_ seed: Int) { state = UInt64(seed) }

  /// The next number: SplitMix64.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
