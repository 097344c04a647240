/// A factor of a script's pauses, with two decimals: a `Double` would be written with more.
package struct Speed: Sendable, Equatable, CustomStringConvertible {
  private let hundredths: Int

  package static let normal = Speed(hundredths: 100)
  private static let knownHundredths = 1...10_000

  private init(hundredths: Int) { self.hundredths = hundredths }

  package init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let decimals = parts.count == 2 ? String(parts[1]) : "00"
    let digits = parts[0] + decimals + (decimals.utf8.count == 1 ? "0" : "")
    guard !parts[0].isEmpty, (1...2).contains(decimals.utf8.count), digits.utf8.count <= 8,
      let hundredths = Literal.decimal(digits),
      Self.knownHundredths.contains(hundredths)
    else { return nil }
    self.init(hundredths: hundredths)
  }

  package var description: String {
    let (whole, rest) = (hundredths / 100, hundredths % 100)
    if rest == 0 { return "\(whole)" }
    return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole)." + (rest < 10 ? "0" : "") + "\(rest)"
  }

  package var factor: Double { Double(hundredths) / 100 }
}

extension Parameter where Value == Speed {
  static var speed: Self {
    Parameter(.speed) { word, _ throws(SyntaxError) in
      guard let speed = Speed(word.text) else {
        throw SyntaxError("\(word) is no speed: write a number from 0.01 to 100, as in 2 or 0.5", at: word.columns)
      }
      return speed
    }
  }
}
