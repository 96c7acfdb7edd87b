from pathlib import Path


def make(folder: Path):
    (folder / "artists.dat").write_text(
        "id\tname\turl\tpictureURL\n51\tDuran Duran\thttp://x\thttp://y\n52\tBjörk\thttp://x\t\n", newline=""
    )
    (folder / "user_artists.dat").write_text("userID\tartistID\tweight\n2\t51\t13883\n2\t52\t11690\n3\t52\t1\n")
    (folder / "tags.dat").write_text("tagID\ttagValue\r\n13\tchillout\r\n15\tmusique éléctronique\r\n", newline="")
    (folder / "user_taggedartists.dat").write_text(
        "userID\tartistID\ttagID\tday\tmonth\tyear\n2\t52\t13\t1\t4\t2009\n3\t52\t13\t1\t4\t2010\n2\t52\t15\t1\t4\t2009\n"
    )
    return folder, {}
