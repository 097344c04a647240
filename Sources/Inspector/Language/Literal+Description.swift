import RangedMmap

extension Literal {
  /// A size in pages where that is short and exact, else in the largest unit that is.
  static func describe(pages size: Int) -> String {
    size % Alignment.page == 0 && size < 1 << 20 ? "\(size / Alignment.page)p" : describe(size: size)
  }

  /// An offset, in hexadecimal.
  static func describe(offset: Int) -> String { offset == 0 ? "0" : "0x" + hex(offset, width: 1) }

  /// `N` or `N-M`.
  static func describe(pages: ClosedRange<Int>) -> String {
    pages.lowerBound == pages.upperBound ? "\(pages.lowerBound)" : "\(pages.lowerBound)-\(pages.upperBound)"
  }
}
