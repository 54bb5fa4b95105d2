/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cheapest program there is: the yardstick for what a monitor may cost. */
int
main(void)
{
	return 0;
}
