from chfw_core.model.parties import named_in


def test_only_whole_words_are_names() -> None:
    assert named_in("BRKW and nwnd, at once", {"NWND", "BRKW", "ACME"}) == ("BRKW", "NWND")
    assert named_in("on the sacmex line", {"ACME", "O"}) == ()
    assert named_in("A.B. said so", {"A.B."}) == ("A.B.",)
