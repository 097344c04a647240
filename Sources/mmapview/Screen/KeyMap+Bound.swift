import Inspector
import TerminalCanvas

extension KeyName {
  private static let named: [String: Key] = [
    "Space": " ", "Tab": .tab, "Shift-Tab": .backTab, "Enter": .enter, "Esc": .escape, "Backspace": .backspace,
    "Delete": .delete, "Home": .home, "End": .end, "PgUp": .pageUp, "PgDn": .pageDown, "F1": .help, "↑": .up,
    "↓": .down, "←": .left, "→": .right, "Ctrl-←": .controlLeft, "Ctrl-→": .controlRight,
  ]

  /// The name of what the terminal sends, of a key in the tables.
  static func text(of key: Key) -> String {
    if let name = named.first(where: { $0.value == key })?.key { return name }
    return if case .character(let scalar) = key { String(scalar) } else { "" }
  }

  static let controlC = "Ctrl-C"

  /// What the terminal sends for it.
  var key: Key? {
    if let key = Self.named[description] { return key }
    guard let last = description.unicodeScalars.last else { return nil }
    if description.hasPrefix("Ctrl-") { return Unicode.Scalar(last.value & 0x1f).map { .character($0) } }
    if description.first == "F", let number = Int(description.dropFirst()) { return .function(number) }
    return description.hasPrefix("Alt-") ? .alt(last) : .character(last)
  }
}

/// The keys that a person has bound to commands.
struct BoundKeys {
  let rows: [(name: String, key: Key, command: Command)]

  init(_ keys: [(key: KeyName, command: Command)] = []) {
    rows = keys.compactMap { name, command in name.key.map { (name.description, $0, command) } }
  }

  subscript(key: Key) -> Command? { rows.first { $0.key == key }?.command }

  /// What is left of a row of the table of keys; `nil` if it is all bound to something else.
  func rest(of binding: Binding) -> (name: String, keys: [Key])? {
    let keys = binding.keys.filter { self[$0] == nil }
    guard !keys.isEmpty else { return nil }
    let names = binding.name.split(separator: " ").filter { name in !rows.contains { $0.name == name } }
    return (names.isEmpty ? KeyName.text(of: keys[0]) : names.joined(separator: " "), keys)
  }

  /// How to leave, where a key that leaves has been bound; else `nil`.
  var wayOut: String? {
    let leaving = ["q", "Esc", KeyName.controlC].filter { name in rows.contains { $0.name == name } }
    guard !leaving.isEmpty else { return nil }
    let verb = leaving.count == 1 ? "does" : "do"
    let others = ["q", KeyName.controlC].filter { !leaving.contains($0) } + ["`:quit`"]
    return "\(leaving.joined(separator: ", ")) \(verb) something else here: \(others.joined(separator: " or ")) leaves"
  }
}
