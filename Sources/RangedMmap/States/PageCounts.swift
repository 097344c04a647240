/// How many pages are in each state.
public struct PageCounts: Sendable, Equatable {
  private var byState = SIMD8<Int>.zero

  /// No pages.
  public init() {}

  /// The number of pages in one state.
  public package(set) subscript(state: PageState) -> Int {
    get { byState[Int(state.rawValue)] }
    set { byState[Int(state.rawValue)] = newValue }
  }

  /// The number of pages in all states together.
  public var total: Int { byState.wrappedSum() }

  mutating func add(_ other: PageCounts) { byState &+= other.byState }
}

extension PageCounts: CustomStringConvertible {
  /// The states that some pages are in, with how many: "3 written, 1 flushed", or "no pages".
  public var description: String {
    let words = PageState.allCases.filter { self[$0] > 0 }.map { "\(self[$0]) \($0)" }
    return words.isEmpty ? "no pages" : words.joined(separator: ", ")
  }
}
