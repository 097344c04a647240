import VisibleText

/// A value of JSON, as its text; objects keep the order in which they are written.
struct JSON: CustomStringConvertible, ExpressibleByDictionaryLiteral {
  let description: String

  static let null = JSON(text: "null")

  private init(text: String) { description = text }

  init(_ text: String?) { self.init(text: text?.inJSON ?? "null") }
  init(_ number: Int?) { self.init(text: number.map(String.init) ?? "null") }
  init(_ truth: Bool?) { self.init(text: truth.map { "\($0)" } ?? "null") }
  init(_ list: [JSON]?) {
    self.init(text: list.map { "[\($0.map(\.description).joined(separator: ","))]" } ?? "null")
  }
  init(_ fields: [(String, JSON)]) {
    self.init(text: "{\(fields.map { "\($0.inJSON):\($1)" }.joined(separator: ","))}")
  }

  init(dictionaryLiteral fields: (String, JSON)...) { self.init(fields) }
}
