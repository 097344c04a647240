/// How many pages are in each state.
public struct PageCounts: Sendable, Equatable {
  private var byState = SIMD8<Int>.zero

  /// No pages.
  public init() {}

  /// The number of pages in one state.
  public internal(set) subscript(state: PageState) -> Int {
    get { byState[Int(state.rawValue)] }
    set { byState[Int(state.rawValue)] = newValue }
  }

  /// The number of pages in all states together.
  public var total: Int { byState.wrappedSum() }

  mutating func add(_ other: PageCounts) { byState &+= other.byState }
}
