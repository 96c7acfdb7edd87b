"""python -m segue.cli"""

from segue.cli import main

main()
