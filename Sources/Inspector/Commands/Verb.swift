/// One row of the grammar, from which the parser, completion, the help and the manual are made.
package struct Verb: Sendable {
  package let name: String
  package let help: String
  package let example: String
  let forms: [Form]

  init<each Value: Sendable>(
    _ name: String, _ parameters: repeat Parameter<each Value>, help: String, example: String,
    make: @escaping @Sendable (repeat each Value) -> any Action
  ) {
    self.init(name, help: help, example: example, forms: [Form(keyword: nil, repeat each parameters, make: make)])
  }

  /// A verb whose next word selects the form.
  init(_ name: String, help: String, example: String, forms: [Form]) {
    self.name = name
    self.help = help
    self.example = example
    self.forms = forms
  }

  package static let all: [Verb] = [
    CreateAction.verb, OpenAction.verb, AllocateAction.verb, WriteAction.verb, ReadAction.verb, VerifyAction.verb,
    FlushAction.verb, SyncAction.verb, ReuseAction.verb, SplitAction.verb, PunchAction.verb, TruncateAction.verb,
    PokeAction.verb, EvictAction.verb, TouchAction.verb,
    PrefetchAction.verb, AdviseAction.verb, LockAction.verb, UnlockAction.verb, WorkersCommand.verb, GotoAction.verb,
    ByteAction.verb, ZoomAction.verb, SelectAction.verb, FindAction.verb, ThemeAction.verb, LayerAction.verb,
    StatusAction.verb, PageAction.verb, KernelAction.verb, ExtentsAction.verb, UsersAction.verb, WatchAction.verb,
    WatchFaultsAction.verb, MarkAction.verb, DiffAction.verb, BackAction.verb, ForwardAction.verb, NowAction.verb,
    ScreenAction.verb,
    CopyAction.verb, SayAction.verb, NoteAction.verb, CaptionAction.verb, PauseAction.verb, Expectation.verb,
    SourceAction.verb, Setting.verb, BindKeyAction.verb, RecordAction.verb,
    StopAction.verb, HelpAction.verb, QuitAction.verb,
  ]

  // Only lessons have these; help and completion leave them out.
  private static let lessons = [OutsideAction.verb]

  private static let shortNames = ["q": "quit"]

  package static func named(_ name: String) -> Verb? {
    let name = shortNames[name] ?? name
    return (all + lessons).first { $0.name == name }
  }

  static func unknown(_ word: Word) -> SyntaxError {
    let names = all.map(\.name)
    guard let nearest = Spelling.nearest(to: word.text, among: names) else {
      return SyntaxError("unknown command \(word): one of \(names.joined(separator: ", "))", at: word.columns)
    }
    return SyntaxError("unknown command \(word): did you mean \(nearest)?", at: word.columns)
  }
}

/// One way to write a command after its verb.
struct Form: Sendable {
  /// The word that distinguishes it from the verb's other forms.
  let keyword: String?
  let arguments: [Argument]
  let parse: @Sendable (inout Arguments) throws(SyntaxError) -> Command

  init<each Value: Sendable>(
    _ keyword: String, _ parameters: repeat Parameter<each Value>,
    make: @escaping @Sendable (repeat each Value) -> any Action
  ) { self.init(keyword: keyword, repeat each parameters, make: make) }

  init<each Value: Sendable>(
    keyword: String?, _ parameters: repeat Parameter<each Value>,
    make: @escaping @Sendable (repeat each Value) -> any Action
  ) {
    self.keyword = keyword
    var arguments: [Argument] = []
    for parameter in repeat each parameters { arguments.append(parameter.argument) }
    self.arguments = arguments
    parse = { arguments throws(SyntaxError) in Command(make(repeat try (each parameters).read(&arguments))) }
  }

  var isOneWord: Bool { keyword != nil && arguments.isEmpty }

  /// The words after the verb, in capitals where they stand for others.
  var usage: String {
    [keyword ?? "", Argument.usage(arguments)].filter { !$0.isEmpty }.joined(separator: " ")
  }
}

extension Verb {
  /// The forms of the whole command; those that are only one word are joined to one.
  package var usages: [String] {
    let words = forms.filter(\.isOneWord).compactMap(\.keyword)
    let usages = forms.filter { !$0.isOneWord }.map(\.usage) + (words.isEmpty ? [] : [words.joined(separator: "|")])
    return usages.map { $0.isEmpty ? name : "\(name) \($0)" }
  }

  package var usage: String { usages.joined(separator: " · ") }

  /// The kinds of its arguments, each once; those whose name says all are left out.
  package var kinds: [ArgumentKind] {
    var kinds: [ArgumentKind] = []
    func add(_ kind: ArgumentKind) {
      if case .options(let options) = kind.source { for option in options { add(option.kind) } }
      if kind.meaning != nil, !kinds.contains(where: { $0.name == kind.name }) { kinds.append(kind) }
    }
    for form in forms { for argument in form.arguments { add(argument.kind) } }
    return kinds
  }

  /// What `help` shows: its forms, what it does, what its arguments are, an example.
  package var manual: [String] {
    let kinds = kinds
    let width = kinds.map(\.name.count).max() ?? 0
    let meanings = kinds.map { "  " + $0.name.padded(to: width + 2) + ($0.meaning ?? "") }
    return usages + ["  " + help] + meanings + ["  for example: " + example]
  }
}
